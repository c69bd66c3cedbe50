"""Names of people where only their owner should recognize them: `김*연`, `K** S.`"""

# Korean family names of two syllables; all others have one.
LONG_FAMILY_NAMES = ("남궁", "황보", "제갈", "선우", "사공", "서문", "독고", "동방", "망절", "어금")


def masked(name):
    """A name with its middle hidden: `김*연`, `김*`, `남궁*`; one in Latin letters as initials: `K** S.`"""
    name = " ".join(name.split())
    if not name:
        return ""
    syllables = name.replace(" ", "")
    if all(map(_is_east_asian, syllables)):
        return _masked_syllables(syllables)
    first, *others = name.split(" ")
    return " ".join([f"{first[0]}**", *(f"{word[0]}." for word in others)])


def _is_east_asian(letter):
    return "\u3400" <= letter <= "\u9fff" or "가" <= letter <= "힣" or "\uf900" <= letter <= "\ufaff"


def _masked_syllables(name):
    family = 2 if name[:2] in LONG_FAMILY_NAMES and len(name) > 2 else 1
    given = name[family:]
    if len(given) < 2:
        return name[:family] + "*" * max(len(given), 1)
    return name[:family] + "*" * (len(given) - 1) + given[-1]
