"""Characters beyond those of the usual font: which fonts are asked for, and which characters none has.

Matplotlib takes each character from the first font of a list that has it. What none has is drawn as a box,
never an error; notes() says which, and what to install.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import matplotlib
from matplotlib import font_manager
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Text

# Behind the usual font, those of them that are there: of Debian, Windows and macOS.
WIDER = (
    "DejaVu Sans", "Noto Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Noto Sans JP",
    "Noto Sans KR", "Source Han Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback",
    "Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans", "Heiti TC", "Yu Gothic", "Malgun Gothic",
    "Nanum Gothic", "Noto Sans Hebrew", "Noto Sans Arabic", "Noto Sans Devanagari", "Noto Sans Thai",
    "Arial Unicode MS", "Segoe UI Symbol", "Segoe UI Emoji", "Noto Emoji", "Symbola", "Unifont",
)  # fmt: skip
ORDERS_TEXT = matplotlib.__version_info__[:2] >= (3, 11)  # lays text out in both directions


def families() -> list[str]:
    """The fonts to draw with: the usual ones, then those of WIDER that are installed."""
    usual = matplotlib.rcParams["font.family"]
    installed = set(font_manager.fontManager.get_font_names())
    return list(dict.fromkeys([*usual, *(name for name in WIDER if name in installed)]))


def notes(figure: Canvas) -> list[str]:
    """What to tell the reader of characters that are not drawn as they should be."""
    texts = [text for text in figure.findobj(Text) if text.get_visible()]
    missing = dict.fromkeys(c for text in texts for c in without_glyph(text.get_text(), text.get_fontfamily()))
    told = []
    if missing:
        told.append(f"no installed font has {shortened(''.join(missing))}: drawn as boxes. Fonts that are looked for "
                    f"behind the usual one: {', '.join(WIDER)}")  # fmt: skip
    if not ORDERS_TEXT and any(map(is_right_to_left, texts)):
        told.append("text from right to left needs Matplotlib 3.11: its characters stand from left to right")
    return told


def shortened(characters: str) -> str:
    return characters if len(characters) <= 20 else characters[:20] + "..."


def is_right_to_left(text: Text) -> bool:
    return any(unicodedata.bidirectional(c) in ("R", "AL") for c in text.get_text())


def without_glyph(text: str, fonts: Iterable[str]) -> list[str]:
    """What is drawn as a box; control and format characters and blanks are not meant to be seen."""
    seen = (c for c in text if ord(c) > 126 and unicodedata.category(c)[0] not in "CZ")
    return [c for c in seen if not any(has_glyph(font, c) for font in fonts)]


@lru_cache(maxsize=4096)
def has_glyph(font: str, character: str) -> bool:
    path = font_manager.findfont(font_manager.FontProperties(family=[font]))
    return font_manager.get_font(path).get_char_index(ord(character)) != 0
