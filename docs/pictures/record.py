#!/usr/bin/env python3
"""Runs a command in a terminal of its own, and draws what it showed, at the times it showed it, as an SVG.

    record.py OUT.svg SHOWN COMMAND [ARGUMENT ...]

SHOWN is the command as the picture names it. The picture needs no script: each row of the terminal has a text for each
content that it had, and SVG's own animation shows each at its time. The animation lasts as long as the command did,
holds the last screen for some seconds, and begins again. Viewers without animation show the last screen.
"""

import codecs
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from html import escape

COLUMNS, ROWS = 100, 40
FRAME = 1.0  # seconds between two looks at the screen, at least
REST = 6  # seconds that the last screen stays
TYPED = 8  # characters of the command that appear at once
TYPING = 0.3  # seconds between them
WIDTH, HEIGHT, MARGIN, BAR = 7.8, 18, 14, 26
NAMES = {"31": "r", "32": "g", "33": "y"}


class Screen:
    """What a terminal shows: the codes that the program writes, and no other."""

    def __init__(self):
        self.rows = [[]]
        self.row = self.column = 0
        self.colour = ""
        self.code = ""

    def write(self, text):
        for char in text:
            if self.code or char == "\x1b":
                self.code += char
                if len(self.code) > 2 and "@" <= char <= "~" or len(self.code) == 2 and char != "[":
                    self.obey(self.code)
                    self.code = ""
            elif char == "\r":
                self.column = 0
            elif char == "\n":
                self.down()
            else:
                if self.column >= COLUMNS:
                    self.down()
                    self.column = 0
                row = self.rows[self.row]
                row.extend([(" ", "")] * (self.column + 1 - len(row)))
                row[self.column] = (char, self.colour)
                self.column += 1

    def down(self):
        self.row += 1
        if self.row == len(self.rows):
            self.rows.append([])

    def obey(self, code):
        number = int(code[2:-1]) if code[2:-1].isdigit() else None
        if code[-1] == "A":
            self.row = max(0, self.row - (number or 1))
        elif code[-1] == "C":
            self.column += number or 1
        elif code[-1] in "KJ" and number in (None, 0):
            del self.rows[self.row][self.column :]
            if code[-1] == "J":
                del self.rows[self.row + 1 :]
        elif code[-1] == "m":
            self.colour = NAMES.get(code[2:-1], "")
        elif not code.startswith("\x1b[?") and code[1] not in "=>":
            sys.exit(f"record.py does not know the code {code!r}.")

    def spans(self):
        return [spans_of(row) for row in self.rows]


def spans_of(row):
    """A row as pieces of one colour."""
    spans = []
    for char, colour in row:
        if spans and (spans[-1][1] == colour or char == " "):
            spans[-1] = (spans[-1][0] + char, spans[-1][1])
        else:
            spans.append((char, colour))
    if spans:
        spans[-1] = (spans[-1][0].rstrip(), spans[-1][1])
    return tuple(span for span in spans if span[0])


def record(shown, command):
    """The screens with the seconds at which each began, and the length of the whole."""
    screen = Screen()
    prompt = "$ "
    screens = []
    start = 0.0
    for count in range(0, len(shown) + TYPED, TYPED):
        screens.append((start, [((prompt, "p"), (shown[:count], ""))]))
        start += TYPING
    process, terminal = pty.fork()
    if process == 0:
        os.environ.update(TERM="xterm-256color", LANG="C.UTF-8")
        os.environ.pop("NO_COLOR", None)
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    decoder = codecs.getincrementaldecoder("utf-8")()
    begin = last = time.monotonic()
    over = False
    while not over:
        if select.select([terminal], [], [], FRAME)[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:  # what Linux says when the command has ended
                data = b""
            over = not data
            screen.write(decoder.decode(data))
        now = time.monotonic()
        if over or now - last >= FRAME:
            last = now
            screens.append((start + now - begin, [((prompt, "p"), (shown, ""))] + screen.spans()))
    if os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) != 0:
        sys.exit("\n".join("".join(text for text, _ in row) for row in screens[-1][1]) + "\nThe command failed.")
    return screens, screens[-1][0]


def draw(screens, length):
    """The SVG: a text for each content of each row, in groups that are visible from the same screen to the same."""
    height = max(len(rows) for _, rows in screens)
    whole = length + REST
    groups = {}
    for row in range(height):
        begin, content = 0, ()
        for at, rows in screens + [(whole, [])]:
            new = rows[row] if row < len(rows) else ()
            if new != content or at == whole:
                if content:
                    groups.setdefault((begin, at), []).append(text_of(row, content))
                begin, content = at, new
    width = round(COLUMNS * WIDTH + 2 * MARGIN)
    tall = BAR + height * HEIGHT + MARGIN
    return f"""<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 {width} {tall}" width="{width}" height="{tall}">
<style>
svg{{--back:#f6f8fa;--edge:#d0d7de;--ink:#24292f;--dim:#6e7781;--good:#116329;--warn:#7d4e00;--bad:#b31d28}}
@media(prefers-color-scheme:dark){{svg{{--back:#161b22;--edge:#30363d;--ink:#e6edf3;--dim:#8b949e;--good:#56d364;
--warn:#e3b341;--bad:#ff7b72}}}}
rect{{fill:var(--back);stroke:var(--edge)}}circle{{fill:var(--edge)}}
text{{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:var(--ink);white-space:pre}}
.g{{fill:var(--good)}}.y{{fill:var(--warn)}}.r{{fill:var(--bad)}}.p{{fill:var(--dim)}}
</style>
<rect x=".5" y=".5" width="{width - 1}" height="{tall - 1}" rx="8"/>
<circle cx="18" cy="15" r="4"/><circle cx="32" cy="15" r="4"/><circle cx="46" cy="15" r="4"/>
<g opacity="1"><animate id="t" attributeName="opacity" values="1" begin="0s;t.end" dur="{whole:.1f}s"/></g>
{"".join(group_of(times, texts, whole) for times, texts in groups.items())}</svg>
"""


def group_of(times, texts, whole):
    begin, end = times
    if end < whole:
        step = f'<set attributeName="visibility" to="visible" begin="t.begin+{begin:.1f}s" dur="{end - begin:.2f}s"/>'
        return f'<g visibility="hidden">{step}{"".join(texts)}</g>\n'
    step = f'<set attributeName="visibility" to="hidden" begin="t.begin" dur="{begin:.1f}s"/>' if begin else ""
    return f'<g>{step}{"".join(texts)}</g>\n'


def text_of(row, spans):
    text = "".join(part for part, _ in spans)
    inner = "".join(f'<tspan class="{colour}">{escape(part)}</tspan>' if colour else escape(part) for part, colour in spans)
    return f'<text x="{MARGIN}" y="{BAR + row * HEIGHT + 13}" textLength="{len(text) * WIDTH:.0f}">{inner}</text>'


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    out, shown, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    with open(out, "w", encoding="utf-8") as file:
        file.write(draw(*record(shown, command)))
