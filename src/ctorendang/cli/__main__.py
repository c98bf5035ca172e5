"""``python -m ctorendang.cli``, for processes that know their interpreter better than their PATH."""

from ctorendang.cli import main

main(prog_name="ctorendang")
