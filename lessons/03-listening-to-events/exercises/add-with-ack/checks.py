"""What two clients can see of the adding machine."""

from course.grading.author import Server, check, random_number


@check
def acknowledges_with_the_sum(server: Server) -> None:
    """The acknowledgement of “add” carries the sum"""
    asker = server.client("asker")
    a, b = random_number(), random_number()
    asker.ask("add", a, b).expect(a + b)
