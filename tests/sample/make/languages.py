"""Guests who write in other scripts, and with emoji."""

from __future__ import annotations

import unicodedata

from tests.sample.make.assessments import colleague, judge
from tests.sample.make.documents import ACCESS, CANCELLED, DESK, FARES, FERRY_1, FERRY_2, FISHING, GUEST, LOST
from tests.sample.make.openai import assistant, chat, system, user
from tests.sample.make.spans import Span
from tests.sample.make.traces import Recipe


def answered(question: str, answer: str, notes: str, ms: int = 1150) -> Span:
    """A question answered from `notes` in the guest's own language."""
    instructions = f"{DESK}\n\nAnswer in the language of the guest.\n\n{notes}"
    return chat([system(instructions), user(question)], answer, model="gpt-4.1-mini", ms=ms)


def recipes() -> list[Recipe]:
    return [_japanese(), _arabic(), _emoji(), _vietnamese(), _chinese_and_korean(), _hindi()]


def _japanese() -> Recipe:
    return Recipe(
        key="japanese-last-boat",
        at="2026-09-17 19:08:24",
        user="guest-4713",
        root=answered(
            "日曜日の夕方、ルンデ島からブレンスンへ戻る最終便は何時ですか。自転車も一緒です。",
            "日曜日のルンデ発の最終便は18:45で、ブレンスンには19:10に着きます。自転車は片道30クローネです。"
            "強風（平均風速21 m/s以上）の場合は欠航することがありますので、"
            "出発前に埠頭の掲示板かアプリをご確認ください。",
            f"{FERRY_1}\n\n{FARES}\n\n{CANCELLED}",
        ),
    )


def _arabic() -> Recipe:
    return Recipe(
        key="arabic-lost-passport",
        at="2026-09-16 12:40:05",
        user="guest-4648",
        root=answered(
            "السلام عليكم، فقدت جواز سفري على متن العبّارة قبل ثمانية أيام. هل هو عندكم؟",
            "وعليكم السلام. تُسلَّم المفقودات إلى مكتب الميناء كل مساء، لكن جوازات السفر تُحوَّل إلى الشرطة بعد 7 "
            "أيام. "
            "وبما أن ثمانية أيام قد مرّت، فاسأل عنه في مركز الشرطة أولًا، أو اتصل بنا على الرقم 555 0142 "
            "(يوميًا من 07:00 إلى 19:00) لنبحث في سجل *Lundefuglen*.",
            LOST,
        ),
    )


def _emoji() -> Recipe:
    return Recipe(
        key="family-with-emoji",
        at="2026-09-13 14:55:17",
        user="guest-4541",
        channel="app",
        root=answered(
            "hiii 👋🏽 we r 👩‍👩‍👧‍👦 + 🐕‍🦺 (guide dog!!) + 👵🏻 in a 🧑🏻‍🦽 "
            "going to 🏝️ lunde tmrw… what time & how much??? 🙏",
            "Hi there 👋 On Sundays and Mondays alike there is a boat at 09:10 ⛴️ (tomorrow, Monday, also 06:40 and "
            "07:40).\n\n"
            "- 👩‍👩‍👧‍👦 two adults and two children (6–15), return: 110 + 110 + 55 + 55 = **330 kr**\n"
            "- 👵🏻 grandmother, return: **110 kr**\n"
            "- 🐕‍🦺 assistance dog: **free** ✅\n\n"
            "That makes **440 kr**. The *Lundefuglen* is step-free 🧑🏻‍🦽 from quay to lounge. Under 6️⃣ travels free, "
            "so "
            "tell me the kids' ages and I will count again. Have a lovely day 🏴󠁧󠁢󠁳󠁣󠁴󠁿🇳🇴🌊",
            f"{FERRY_1}\n\n{FARES}\n\n{ACCESS}",
        ),
        said=(
            judge("user_satisfaction", True, "Mirrors the tone, adds everything up and asks for the missing ages."),
            colleague("tomas.berg", "quality_rating", 4, "Right, but why the Scottish flag?"),
        ),
    )


def _vietnamese() -> Recipe:
    """Decomposed text: each accent is a character of its own, as some phones send it."""
    question = unicodedata.normalize(
        "NFD", "Xin chào, tôi muốn câu cá ở cảng. Có cần giấy phép không, và được câu ở đâu?"
    )
    answer = unicodedata.normalize(
        "NFD",
        "Chào bạn! Bạn có thể câu cá miễn phí từ đê chắn sóng phía ngoài, không cần giấy phép. Không được câu ở bến "
        "phà "
        "và các cầu cảng dành cho khách. Cá tuyết dưới 40 cm phải được thả lại.",
    )
    return Recipe(
        key="vietnamese-fishing",
        at="2026-09-12 09:30:58",
        user="guest-4488",
        root=answered(question, answer, FISHING),
    )


def _chinese_and_korean() -> Recipe:
    heard = [
        system(f"{DESK}\n\nAnswer in the language of the guest.\n\n{FERRY_2}\n\n{FARES}"),
        user("你好，星期五晚上还有去赫瓦尔岛（Hval）的船吗？我和韩国朋友一起去。"),
        assistant("有的。星期五除了08:00和14:00以外，19:30还有一班，20:40到达赫瓦尔岛。"),
        user("그럼 두 사람 왕복 요금은 얼마예요? 请用中文和韩文回答，谢谢！"),
    ]
    answer = (
        "**中文**：两位成人往返共220克朗（每人110克朗）。\n\n"
        "**한국어**: 성인 두 명의 왕복 요금은 총 220크로네입니다 (1인당 110크로네).\n\n"
        "请注意，星期五19:30的船当晚不返回，最早的回程是星期六。"
    )
    return Recipe(
        key="chinese-korean-hval",
        at="2026-09-11 17:46:36",
        user="guest-4437",
        root=chat(heard, answer, model="gpt-4.1-mini", ms=1490),
        said=(
            judge(
                "groundedness",
                "no",
                "The fares are right. That the 19:30 boat does not return on the same evening is in no document.",
            ),
        ),
    )


def _hindi() -> Recipe:
    return Recipe(
        key="hindi-showers",
        at="2026-09-10 18:25:42",
        user="crew-dolphin",
        channel="app",
        root=answered(
            "नमस्ते, क्या मेहमान घाट पर नहाने का पैसा अलग से लगता है? हमारी नाव 7.5 मीटर की है।",
            "नमस्ते! नहीं, पानी और शॉवर किराये में शामिल हैं। 7.5 मीटर की नाव के लिए एक रात का किराया 180 kr है; "
            "बिजली लेना चाहें तो 40 kr प्रतिदिन अलग से। शॉवर का कोड आपकी रसीद पर लिखा होता है।",
            GUEST,
            ms=1320,
        ),
    )
