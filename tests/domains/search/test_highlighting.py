"""Which words of a text are shown as meant, and how long that takes."""

import re
import time

from hypothesis import given
from hypothesis import strategies as st

from ctorendang.domains.search.highlighting import excerpt, fragments

# What words are, as one would write it who minds no hostile text.
_WORD = re.compile(r"[\w+#.]*[\w+#]")


@given(st.text(alphabet="ab.+# -", max_size=30))
def test_pieces_are_the_text_and_end_with_words(text):
    words = {each.lower() for each in _WORD.findall(text)}
    pieces = fragments(text, words)
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.text for piece in pieces if piece.marked] == _WORD.findall(text)


def test_a_profile_of_nothing_but_dots_holds_nobody_up():
    begun = time.process_time()
    excerpt("kubernetes " + "." * 5_900, ["kubernetes"])
    assert time.process_time() - begun < 0.2
