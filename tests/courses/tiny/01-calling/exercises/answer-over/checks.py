"""What a client can see of a station."""

from course.grading.author import Server, check, random_word


@check
def says_over(server: Server) -> None:
    """The station says over"""
    word = random_word()
    answer = server.client("caller").ask("call", word)
    mistake = None
    if answer.is_exactly():
        mistake = "silent"
    elif answer.is_exactly("out"):
        mistake = "hangs-up"
    elif answer.is_exactly(word):
        mistake = "parrot"
    answer.expect("over", hint="Return the word.", mistake=mistake)
