"""Who is let in: the shop, and nobody else."""

from course.grading.author import Server, check, fail, random_word

SHOP = "https://shop.example"
LIST = 'Give SocketIO the list: cors_allowed_origins=["https://shop.example"].'


@check
def the_shop_comes_in(server: Server) -> None:
    """A page of the shop gets its handshake and its answers"""
    opened = server.handshake(origin=SHOP)
    if not opened.ok:
        recognise_near_misses(server)
        if by_hand(server):
            refused("Your header is on Flask's answers; the handshake is refused before Flask.", "headers-by-hand")
        refused("A page of the shop is refused.", None)
    server.client("shop", origin=SHOP).ask("price", "tea").expect(3, hint="Leave the handler as it was.")


@check
def strangers_stay_out(server: Server) -> None:
    """A page of any other origin is refused"""
    stranger = f"https://{random_word()}.example"
    if server.handshake(origin=stranger).ok:
        fail(
            "A page that you don't know was let in.",
            expected=f"{stranger} is refused",
            actual="status 200",
            hint="Name the one origin that you mean, instead of a star.",
            mistake="everybody",
        )
    if not server.handshake(origin=SHOP).ok:
        fail(
            "Strangers are refused, but so is the shop.",
            expected=f"{SHOP} is let in, {stranger} is not",
            actual="both are refused",
            hint=LIST,
            mistake=near_miss(server) or by_hand(server),
        )


def recognise_near_misses(server: Server) -> None:
    mistake = near_miss(server)
    if mistake == "slash-at-the-end":
        refused("Your list names the shop with a slash at the end.", mistake)
    if mistake == "http-for-https":
        refused("Your list names the shop with http, and it comes with https.", mistake)


def near_miss(server: Server) -> str | None:
    if server.handshake(origin=SHOP + "/").ok:
        return "slash-at-the-end"
    return "http-for-https" if server.handshake(origin="http://shop.example").ok else None


def by_hand(server: Server) -> str | None:
    return "headers-by-hand" if "Access-Control-Allow-Origin" in server.http("GET", "/").headers else None


def refused(sentence: str, mistake: str | None) -> None:
    fail(
        sentence,
        expected=f"{SHOP} gets its handshake",
        actual="status 400, “Not an accepted origin.”",
        hint=LIST,
        mistake=mistake,
    )
