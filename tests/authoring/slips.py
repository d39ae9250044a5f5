"""A table of what authors get wrong: the text that is replaced, where the mistake is found, and what the cure makes of it."""

from __future__ import annotations

from dataclasses import dataclass

CALLING, LISTENING = "01-calling/lesson.md", "02-listening/lesson.md"
EXERCISE = "01-calling/exercises/answer-over"
TASK, CHECKS, STARTER = f"{EXERCISE}/task.md", f"{EXERCISE}/checks.py", f"{EXERCISE}/starter/server.py"
WHY, STATION = f"{EXERCISE}/wrong/silent/why.md", "01-calling/examples/station.py"
COURSE, GLOSSARY, SHEET = "course.toml", "glossary.md", "01-calling/reference.md"
NIGHT = "pages/good-night/lesson.md"


@dataclass(frozen=True)
class Slip:
    """One mistake: the text that it replaces, where it is found, and the text that the remedy asks for."""

    rule: str
    file: str
    right: str | None
    """None for the whole file."""
    wrong: str
    below: int = 0
    """Lines between the beginning of the change and the problem."""
    mended: str | None = None
    """What stands in the place of `wrong` afterwards; None for `right`."""
    line: int | None = None
    also: tuple[str, ...] = ()
    """The rules of what truly follows from it: an example that no text shows any more…"""
    file_found: str = ""
    """The file in which it is found, where that is another one."""


SLIPS = [
    Slip("unknown-key", CALLING, "minutes: 3", "minutes: 3\nauthor: me", below=1),
    Slip("front-matter-value", CALLING, "level: Foundation", "level: Easy"),
    Slip("front-matter-missing", CALLING, "insight: The one who calls does not hear the echo.\n", "", line=1),
    Slip(
        "front-matter",
        CALLING,
        "idea: One station speaks, the others listen.",
        "idea: One: it speaks.",
        mended='idea: "One: it speaks."',
    ),
    Slip("unknown-term", CALLING, "[[channel|frequency]]", "[[band]]", mended="[[band|frequency]]"),
    Slip("delivery-line", CALLING, "who heard\n", "whom heard\n"),
    Slip("delivery-line", CALLING, "run station\n", "run the station\n"),
    Slip("delivery-client", CALLING, "A emits call", "D emits call"),
    Slip("delivery-payload", CALLING, 'call "anybody there?"\nwho', "call anybody there?\nwho"),
    Slip("example-missing", CALLING, "run station", "run stations"),
    Slip("golden-stale", CALLING, "run station\nconnect A B C", "run station\nconnect A B", below=-3),
    Slip("evidence-missing", CALLING, "%% station\n", "", below=-8),
    Slip("evidence-unknown", CALLING, "%% station", "%% stations"),
    Slip("example-runtime", CALLING, "::: example station", "::: example station gevent"),
    Slip("block-name", CALLING, "::: exercise answer", "::: exercice answer"),
    Slip("block-marker", CALLING, "::: exercise answer", ":::exercise answer", also=("dead-link",) * 3),
    Slip("exercise-missing", CALLING, "::: exercise answer-over", "::: exercise answer-out"),
    Slip("duplicate-id", CALLING, "::: question last-word text", "::: question who-hears text"),
    Slip("question-key", CALLING, "= over\n", "", below=-3),
    Slip("question-kind", CALLING, "last-word text", "last-word word"),
    Slip("question-reason", CALLING, "> It is what the handler returns.\n", "", below=-4),
    Slip("stray-key", LISTENING, "## Listen", "- [x] listen", mended="- listen"),
    Slip("question-line", LISTENING, "- [x] Whoever", "- [X] Whoever"),
    Slip("question-key", LISTENING, "- [ ] Only", "- [x] Only", below=-5),
    Slip("option-reason", LISTENING, "  > There is no key.\n", "", below=-1),
    Slip("option-catch-all", LISTENING, "- [ ] Only the one who calls", "- [ ] None of the above"),
    Slip("heading-level", LISTENING, "## Listen", "#### Listen"),
    Slip("fence-language", LISTENING, "## Listen", "```\nover\n```\n", mended="```text\nover\n```\n"),
    Slip("dead-link", LISTENING, "(/lessons/calling/)", "(/lessons/caling/)"),
    Slip("dead-link", LISTENING, "(/lessons/calling/)", "(#lisen)", mended="(#listen)"),
    Slip("image-missing", LISTENING, "## Listen", "![A mast](images/mast.svg)\n"),
    Slip("task-check", f"{EXERCISE}/task.md", "- says_over:", "- say_over:"),
    Slip("task-line", f"{EXERCISE}/task.md", "- says_over: ", "- says over: "),
    Slip(
        "front-matter-value",
        f"{EXERCISE}/task.md",
        "minutes: 2",
        "minutes: 2\nkind: repair",
        1,
        "minutes: 2\nkind: fix",
    ),
    Slip("check-title", f"{EXERCISE}/checks.py", '    """The station says over"""\n', "", below=-1),
    Slip("python-syntax", f"{EXERCISE}/starter/server.py", "def call(text):", "def call(text)"),
    Slip("why-missing", f"{EXERCISE}/wrong/silent/why.md", "Nothing is returned.", "", line=1),
    Slip("why-belief", f"{EXERCISE}/wrong/silent/why.md", "[A handler answers without a return.](#answering)", "Hm."),
    Slip("why-belief", f"{EXERCISE}/wrong/silent/why.md", "(#answering)", "(/lessons/listening/)"),
    Slip("dead-link", f"{EXERCISE}/wrong/parrot/why.md", "(#answering)", "(#answer)"),
    Slip("page-missing", "course.toml", '["good-night"]', '["good-nite"]', also=("page-unplaced",)),
    Slip("unknown-key", "course.toml", "tagline =", 'colour = "red"\ntagline ='),
    Slip("glossary-entry", "glossary.md", "Where a station listens.", "", below=-3),
    Slip("heading-level", "01-calling/reference.md", "## Calling", "# Calling"),
]

SLIPS += [
    # Front matter
    *[
        Slip("front-matter-value", CALLING, "minutes: 3", f"minutes: {wrong}")
        for wrong in ("three", "0", "-3", "2.5", "3 min", "010", "1_0", "!!int 3", "[3]", "", "true", "2026-02-30")
    ],
    *[
        Slip("front-matter-value", CALLING, "level: Foundation", f"level: {wrong}")
        for wrong in ("foundation", "Beginner")
    ],
    *[
        Slip("front-matter-value", CALLING, "events: [call]", f"events: {wrong}")
        for wrong in ("call", "{call: 1}", "[[call]]")
    ],
    *[
        Slip(
            "front-matter-value",
            CALLING,
            "events: [call]",
            f"events: [call]\n{wrong}",
            below=1,
            mended="events: [call]",
        )
        for wrong in ("draft: yes", "draft: True", "runtimes: gevent", "runtimes: [asyncio]", "runtimes: []")
    ],
    *[
        Slip("unknown-key", CALLING, "events: [call]", f"events: [call]\n{wrong}", below=1, mended="events: [call]")
        for wrong in ("date: 2026-02-30", "Title: Calling", "minute: 3", "tags: [a, b]", "author: Ann: me")
        if wrong != "author: Ann: me"
    ],
    Slip("duplicate-key", CALLING, "events: [call]", "events: [call]\nlevel: Advanced", below=1),
    Slip("front-matter", CALLING, "title: Calling", 'title: "Calling', mended='title: "Calling"'),
    Slip("front-matter", CALLING, "title: Calling", "title: 'Calling", mended="title: 'Calling'"),
    Slip("front-matter", CALLING, "events: [call]", "events: [call", mended="events: [call]"),
    Slip("front-matter", CALLING, "title: Calling", "title: @Calling", mended="title: Calling"),
    Slip("front-matter", CALLING, "title: Calling", "\ttitle: Calling", mended="title: Calling"),
    Slip("front-matter", CALLING, "idea: One station", "idea: One station: it", mended="idea: One station, it"),
    Slip("front-matter", LISTENING, "---\ntitle", "--\ntitle", line=1),
    Slip("front-matter", NIGHT, "---\ntitle", "title", line=1),
    Slip("front-matter-missing", CALLING, "title: Calling\n", "", line=1),
    Slip("front-matter-missing", LISTENING, "summary: Hear what the others say.\n", "", line=1),
    Slip("front-matter-missing", NIGHT, "minutes: 1\n", "", line=1),
    Slip("front-matter-missing", TASK, "title: Say over\n", "", line=1),
    Slip("front-matter-value", TASK, "minutes: 2", "minutes: two"),
    Slip("front-matter-value", TASK, "minutes: 2", "minutes: 2\nruntime: asyncio", 1, "minutes: 2\nruntime: gevent"),
    Slip("front-matter-value", TASK, "minutes: 2", "minutes: 2\nterminal: no", 1, "minutes: 2\nterminal: true"),
    Slip("unknown-key", TASK, "minutes: 2", "minutes: 2\nlevel: Foundation", 1, "minutes: 2"),
    # Blocks
    Slip("block-name", CALLING, "::: example station", "::: exampel station"),
    Slip("block-name", LISTENING, "::: question who-may", "::: quiz who-may"),
    Slip("block-marker", LISTENING, "::: question who-may", "::question who-may"),
    Slip("block-marker", LISTENING, "::: question who-may", "> ::: question who-may"),
    Slip("block-marker", LISTENING, "::: question who-may", "::: Question who-may"),
    Slip("block-marker", LISTENING, "::: example scanner", ":::: example scanner"),
    Slip("block-stray-end", LISTENING, "## Listen\n", "## Listen\n\n:::\n", below=2, mended="## Listen\n"),
    Slip("block-unclosed", LISTENING, "Connect B, and let it be.\n:::", "Connect B, and let it be.", -1),
    Slip("block-words", CALLING, "::: exercise answer-over", "::: exercise answer over"),
    Slip("block-words", CALLING, "::: exercise answer-over", "::: exercise"),
    Slip("block-place", LISTENING, "## Listen\n", "## Listen\n\n::: hint\nListen.\n:::\n", 2, "## Listen\n"),
    Slip("block-place", TASK, "::: hint\nReturn it.", "::: example station\nReturn it.", also=("exercise-hints",)),
    Slip("block-text", CALLING, "::: exercise answer-over\n", "::: exercise answer-over\nTry.\n"),
    Slip("block-empty", TASK, "Return it.\n", "", below=-1),
    Slip("block-words", TASK, "::: hint", "::: hint first"),
    Slip("block-twice", TASK, "::: solution\n", "::: solution\nSo.\n:::\n\n::: solution\n", 4, "::: solution\n"),
    # Questions
    *[
        Slip("question-line", LISTENING, "- [x] Whoever is connected", wrong)
        for wrong in (
            "- [X] Whoever is connected",
            "-[x] Whoever is connected",
            "- [x]Whoever is connected",
            "* [x] Whoever is connected",
            "- [ x ] Whoever is connected",
            "- [✓] Whoever is connected",
            "1. [x] Whoever is connected",
        )
    ],
    Slip("question-line", LISTENING, "- [ ] Only the one", "- [] Only the one"),
    Slip("question-line", LISTENING, "  > There is no key.", "  There is no key."),
    Slip("question-line", LISTENING, "Who may listen?\n\n", "Who may listen?\n"),
    Slip("question-key", LISTENING, "- [x] Whoever", "- [ ] Whoever", below=-3),
    Slip("question-id", LISTENING, "::: question who-may-listen", "::: question Who-May-Listen"),
    Slip("question-id", LISTENING, "::: question who-may-listen", "::: question"),
    Slip("question-kind", LISTENING, "who-may-listen", "who-may-listen multi"),
    Slip("question-kind", LISTENING, "who-may-listen", "who-may-listen single twice"),
    Slip("question-stem", LISTENING, "Who may listen?\n", "", below=-1),
    Slip(
        "question-options", LISTENING, "- [ ] Only the one who calls\n  > That one hears nothing of it.\n", "", below=-5
    ),
    Slip("option-reason", LISTENING, "  > That one hears nothing of it.\n", "", below=-1),
    Slip("option-twice", LISTENING, "- [ ] Only the one who calls", "- [ ] whoever is connected"),
    Slip("option-catch-all", LISTENING, "- [ ] Only the one who calls", "- [ ] All of the above"),
    Slip("duplicate-id", CALLING, "::: question last-word", "::: question who-hears"),
    *[
        Slip("question-key", CALLING, "last-word text\nWhich", "last-word number\nWhich", 3, "last-word text\nWhich"),
    ],
    # Delivery
    Slip("delivery-line", CALLING, "connect A B C\n", "connect A, B, C\n"),
    Slip("delivery-line", CALLING, "A emits call", "A emit call"),
    Slip("delivery-client", CALLING, "A emits call", "E emits call"),
    # Programs and files
    Slip("example-missing", CALLING, "::: example station", "::: example station.py"),
    Slip("example-missing", LISTENING, "::: example scanner", "::: example scaner"),
    Slip("example-title", STATION, '"""One station calls"""\n', "", line=1),
    Slip("python-syntax", STATION, "def call(text):", "def call(text:"),
    Slip("python-syntax", CHECKS, "    mistake = None", "   mistake = None"),
    Slip("python-syntax", f"{EXERCISE}/wrong/parrot/server.py", "    return text", "    return text)"),
    Slip(
        "program-missing",
        COURSE,
        'server = "desk/server.py"',
        'server = "dsk/server.py"',
        line=1,
        file_found="dsk/server.py",
    ),
    Slip("exercise-missing", NIGHT, "calling/answer-over", "calling/answer-out"),
    Slip("exercise-missing", NIGHT, "calling/answer-over", "caling/answer-over"),
    Slip("exercise-goal", TASK, "Let the station acknowledge `call` with “over”.\n", "", line=1),
    Slip("exercise-hints", TASK, "::: hint\nReturn it.\n:::\n", "", line=1),
    Slip("exercise-solution", TASK, "::: solution\nWhat a handler returns is the acknowledgement.\n:::\n", "", line=1),
    Slip("task-line", TASK, "- says_over: `call`", "* says_over: `call`"),
    Slip("task-line", TASK, "- says_over: `call`", "- says_over `call`"),
    Slip(
        "check-unused",
        CHECKS,
        "@check\n",
        '@check\ndef more(server: Server) -> None:\n    """More"""\n\n\n@check\n',
        1,
        "@check\n",
    ),
    Slip("why-missing", WHY, "\n\nNothing is returned.\n", "\n", line=1),
    Slip("why-belief", WHY, "[A handler answers without a return.](#answering)", "A handler answers without a return."),
    # Text
    *[
        Slip("markup-left-over", LISTENING, "## Listen\n", f"## Listen\n\n{wrong}\n", below=2, mended="## Listen\n")
        for wrong in (
            "<!-- TODO: check this -->",
            "A <b>bold</b> word.",
            "A line.<br>Another.",
            "It takes $$O(n)$$.",
            "!!! note",
            "> [!TIP]",
            "So it is.[^1]",
            "A [[channel].",
            "See [Calling] (/lessons/calling/).",
            "It is **loud.",
            "It is ~~loud.",
            "| a | b |",
            "Loud.{.red}",
        )
    ],
    Slip(
        "markup-left-over",
        LISTENING,
        "## Listen\n",
        "## Listen\n\nFirst:\n- one\n- two\n",
        below=3,
        mended="## Listen\n",
    ),
    Slip("fence-language", LISTENING, "## Listen\n", "## Listen\n\n```pyhton\nover\n```\n", 2, "## Listen\n"),
    Slip("fence-language", LISTENING, "## Listen\n", "## Listen\n\n```python main.py\nover\n```\n", 2, "## Listen\n"),
    Slip("fence-unclosed", LISTENING, "## Listen\n", "## Listen\n\n```text\nover\n", 2, "## Listen\n"),
    Slip("block-in-fence", LISTENING, "## Listen\n", "## Listen\n\n```text\n- [x] over\n```\n", 3, "## Listen\n"),
    Slip("stray-key", LISTENING, "## Listen\n", "## Listen\n\n= over\n", 2, "## Listen\n"),
    Slip("stray-key", LISTENING, "## Listen\n", "## Listen\n\n- [ ] to do\n", 2, "## Listen\n"),
    Slip("heading-level", LISTENING, "## Listen", "# Listen"),
    Slip("heading-level", LISTENING, "## Listen\n", "## Listen\n\n#### Deep\n", 2, "## Listen\n"),
    Slip("dead-link", LISTENING, "(/lessons/calling/)", "(/lesson/calling/)"),
    Slip("dead-link", LISTENING, "(/lessons/calling/)", "(calling.md)"),
    Slip("dead-link", LISTENING, "(/lessons/calling/)", "(javascript:void)"),
    Slip("dead-link", LISTENING, "(/lessons/calling/)", "(/lessons/calling/#ansering)"),
    Slip("image-missing", LISTENING, "## Listen\n", "## Listen\n\n![A mast](mast.png)\n", 2),
    Slip(
        "image-alt",
        LISTENING,
        "## Listen\n",
        "## Listen\n\n![](images/mast.svg)\n",
        2,
        "## Listen\n",
        also=("image-missing",),
    ),
    Slip("unknown-term", CALLING, "[[channel|frequency]]", "[[chanel]]", mended="[[channel]]"),
    Slip("unknown-term", CALLING, "[[channel|frequency]]", "[[channel|frequence]]"),
    Slip("evidence-missing", LISTENING, "%% scanner\n", "", below=-7),
    Slip("evidence-unknown", LISTENING, "%% scanner", "%% scaner"),
    Slip(
        "evidence-unknown",
        CALLING,
        "> Everybody but the one who calls.\n%% station",
        "> Everybody but the one who calls.\n%%",
        1,
    ),
    # The course around the lessons
    Slip("course-file", COURSE, 'title = "Ham radio"', "title = Ham radio", also=("page-unplaced", "page-unplaced")),
    Slip("course-key", COURSE, 'tagline = "Two stations and one frequency"\n', "", line=1),
    Slip("course-key", COURSE, 'summary = "What is left to say."\n', "", below=-2),
    Slip("course-key", COURSE, 'server = "desk/server.py"', 'server = "desk"', line=1),
    Slip("unknown-key", COURSE, 'opening = "welcome"', 'openning = "welcome"', also=("page-unplaced",)),
    Slip("page-missing", COURSE, 'opening = "welcome"', 'opening = "welcom"', also=("page-unplaced",)),
    Slip("duplicate-id", GLOSSARY, "also: channel", "also: frequency", below=-1),
    Slip("glossary-entry", GLOSSARY, "## frequency", "frequency", also=("unknown-term",)),
    Slip("reference-empty", SHEET, None, "", line=1),
    Slip("fence-language", SHEET, "## Calling\n", "## Calling\n\n```\ncall\n```\n", 2, "## Calling\n"),
]
