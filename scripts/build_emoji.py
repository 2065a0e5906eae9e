"""Builds chat/data/emoji.json from the npm package `emojibase-data` (MIT licence).

    npm pack emojibase-data && tar xzf emojibase-data-*.tgz && python scripts/build_emoji.py package

One entry an emoji: its code (lowercase hex code points joined by "-", without the variation selector
fe0f) and its names, the first being the one we write. Names come from the table below, then from GitHub's
set, CLDR and Slack's; a name is given once, to the first who asks. Skin tones are left out: a toned emoji
stays as it was typed.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "chat" / "data" / "emoji.json"
SOURCES = ("github", "cldr", "iamcal", "emojibase")
NAME = re.compile(r"[a-z0-9_+-]{1,60}$")

# What people of compatible clients type, where it differs from the common sets.
OUR_NAMES = {
    "1f44d": "thumbs_up +1 like",
    "1f44e": "thumbs_down -1 dislike",
    "1f642": "smile slight_smile",
    "1f600": "grinning",
    "1f603": "smiley",
    "1f604": "big_smile",
    "1f601": "grinning_face_with_smiling_eyes grin beaming",
    "1f602": "joy tears laughing_tears lol",
    "1f606": "laughing lmao",
    "1f605": "sweat_smile",
    "1f923": "rolling_on_the_floor_laughing rofl",
    "1f609": "wink",
    "1f60a": "blush",
    "1f60d": "heart_eyes in_love",
    "1f618": "heart_kiss blow_a_kiss",
    "1f60e": "sunglasses cool_face",
    "1f615": "oh_no confused",
    "1f641": "frown slight_frown",
    "2639": "sad",
    "1f622": "cry",
    "1f62d": "sob",
    "1f620": "angry",
    "1f621": "rage",
    "1f62e": "open_mouth surprise",
    "1f631": "scream",
    "1f611": "expressionless",
    "1f610": "neutral",
    "1f914": "thinking",
    "1f644": "rolling_eyes",
    "1f61b": "stuck_out_tongue",
    "1f61c": "stuck_out_tongue_wink",
    "1f634": "sleeping",
    "1f92f": "exploding_head mind_blown",
    "1f973": "partying_face",
    "1f926": "facepalm face_palm",
    "1f937": "shrug",
    "2764": "heart love red_heart",
    "1f494": "broken_heart",
    "1f389": "tada party_popper",
    "1f419": "octopus",
    "1f6e0": "working_on_it hammer_and_wrench tools",
    "1f680": "rocket",
    "1f440": "eyes looking",
    "2705": "check all_good approved",
    "2714": "check_mark heavy_check_mark",
    "2611": "checkbox ballot_box_with_check",
    "274c": "cross_mark x incorrect wrong",
    "1f525": "fire lit hot flame",
    "1f44f": "clap applause",
    "1f64f": "pray thank_you please",
    "1f64c": "raised_hands praise",
    "1f44b": "wave hello hi",
    "1f44c": "ok got_it",
    "1f4aa": "muscle",
    "1f91d": "handshake done_deal",
    "270b": "hand raised_hand",
    "1f4af": "100 hundred",
    "2b50": "star",
    "2728": "sparkles glamour",
    "1f41b": "bug",
    "1f4a9": "poop pile_of_poo",
    "1f47b": "ghost",
    "1f916": "robot",
    "1f480": "skull",
    "1f354": "hamburger",
    "2615": "coffee",
    "1f37a": "beer",
    "1f37b": "beers",
    "1f382": "birthday",
    "1f4a1": "light_bulb bulb idea",
    "1f4c5": "calendar",
    "1f4cc": "push_pin pushpin",
    "1f4ce": "paperclip attachment",
    "1f517": "link",
    "1f512": "locked lock",
    "1f513": "unlocked unlock",
    "1f514": "notifications bell",
    "1f515": "mute_notifications no_bell",
    "1f50d": "search mag",
    "1f527": "fixing wrench",
    "1f6a7": "construction",
    "1f6a8": "rotating_light siren",
    "26a0": "warning caution danger",
    "2753": "question",
    "2757": "exclamation",
    "1f4ac": "umm speech_balloon",
    "1f4dd": "memo note",
    "1f3c6": "trophy",
    "1f947": "first_place gold",
    "1f6b2": "bike bicycle",
    "1f697": "car",
    "2708": "airplane",
    "1f3e0": "house home",
    "1f3d6": "beach",
    "1f331": "seedling sprout",
    "1f308": "rainbow",
    "2600": "sunny",
    "1f319": "moon",
    "23f0": "alarm_clock",
    "23f3": "time_ticking hourglass",
    "1f504": "counterclockwise arrows_counterclockwise",
    "2b06": "up arrow_up",
    "2b07": "down arrow_down",
    "27a1": "right arrow_right",
    "2b05": "left arrow_left",
    "1f197": "squared_ok ok_button",
    "1f18e": "ab",
    "1f170": "blood_a",
    "1f171": "blood_b",
    "1f17e": "blood_o",
    "2049": "interrobang",
    "203c": "double_exclamation bangbang",
    "24c2": "circled_m",
}


def code_of(hexcode: str) -> str:
    return "-".join(part for part in hexcode.lower().split("-") if part != "fe0f")


def slug(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")


def names_in(value: str | list[str] | None) -> list[str]:
    names = [value] if isinstance(value, str) else value or []
    names = [name.lower().replace(" ", "_") for name in names]
    return [name for name in names if NAME.match(name) and len(name) > 1]


def main(package: Path) -> None:
    entries = json.loads((package / "en" / "data.json").read_text())
    entries = [entry for entry in entries if "order" in entry or code_of(entry["hexcode"]).startswith("1f1")]
    entries = [entry for entry in entries if "group" in entry]
    entries.sort(key=lambda entry: (entry["group"], entry.get("order", 0)))
    sets = [json.loads((package / "en" / "shortcodes" / f"{source}.json").read_text()) for source in SOURCES]
    known = {code_of(entry["hexcode"]) for entry in entries}
    assert not OUR_NAMES.keys() - known, OUR_NAMES.keys() - known

    names: dict[str, list[str]] = {code: [] for code in known}
    taken: dict[str, str] = {}

    def give(code: str, name: str) -> None:
        if taken.setdefault(name, code) == code and name not in names[code]:
            names[code].append(name)

    for code, ours in OUR_NAMES.items():
        for name in ours.split():
            assert name not in taken, f"{name} is given twice"
            give(code, name)
    flags = [entry for entry in entries if entry["label"].startswith("flag: ")]
    others = [entry for entry in entries if entry not in flags]
    for some in (others, flags):
        for entry in flags if some is flags else ():
            give(code_of(entry["hexcode"]), slug(entry["label"].removeprefix("flag: ")))
        for source in sets:
            for entry in some:
                for name in names_in(source.get(entry["hexcode"])):
                    give(code_of(entry["hexcode"]), name)

    for entry in entries:
        code = code_of(entry["hexcode"])
        if not names[code]:
            give(code, slug(entry["label"]))
        assert names[code], entry["label"]
    single = [entry for entry in entries if "-" not in code_of(entry["hexcode"])]
    text_codes = sorted(code_of(entry["hexcode"]) for entry in single if entry["type"] == 0)
    TARGET.parent.mkdir(exist_ok=True)
    ordered = {code_of(entry["hexcode"]): " ".join(names[code_of(entry["hexcode"])]) for entry in entries}
    lines = ",\n".join(f"{json.dumps(code)}:{json.dumps(joined)}" for code, joined in ordered.items())
    TARGET.write_text('{"text":' + json.dumps(" ".join(text_codes)) + ',\n"names":{\n' + lines + "\n}}\n")
    print(f"{len(ordered)} emoji, {len(taken)} names, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
