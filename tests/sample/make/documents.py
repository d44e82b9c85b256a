"""What is true in Brennsund: the instructions and the documents that the Harbour desk answers from."""

from __future__ import annotations

from typing import Final

from labeler.domain.value import JsonValue
from tests.sample.make.spans import Span

DESK: Final = (
    "You are the Harbour desk of Brennsund. You answer questions about the two ferry lines, the guest harbour, "
    "tides, and the rules of the harbour.\n\n"
    "- Keep to the documents and tools you are given. If they do not have the answer, say so and give the desk's "
    "number, 555 0142 (daily 07:00 to 19:00).\n"
    "- Be brief: two or three sentences, prices in kr, times in the 24-hour clock.\n"
    "- In an emergency at sea the first thing you say is: VHF channel 16, or call 112.\n"
    "- Do not give medical or legal advice. Never pass on anything about other guests."
)

GROUNDED: Final = (
    DESK + "\n\nAnswer from the context below and from nothing else. Name the document you used in square brackets."
)

FERRY_1: Final = (
    "Line 1, Brennsund to Lunde. Departures from Brennsund Monday to Friday 06:40, 07:40, 09:10, 12:10, 15:10, 16:40, "
    "18:10 and 21:40; Saturday, Sunday and public holidays 09:10, 12:10, 15:10 and 18:10. The crossing takes 25 "
    "minutes. The boat leaves Lunde again 35 minutes after it left Brennsund. Foot passengers and bicycles only."
)
FERRY_2: Final = (
    "Line 2, Brennsund to Great Tern and Hval. Departures from Brennsund daily at 08:00 and 14:00, Friday also at "
    "19:30, and from 15 June to 15 August also at 11:00. Great Tern is reached after 40 minutes, Hval after 70. Cars "
    "up "
    "to 6 metres are carried; book them by 18:00 the day before."
)
FARES: Final = (
    "Fares from 1 April 2026, either line. Adult single 62 kr, return 110 kr. Children from 6 to 15 pay half; under 6 "
    "travel free. Dog 20 kr each way, assistance dogs free. Bicycle 30 kr each way. Ten-trip card for line 1: 480 kr, "
    "not personal, valid two years. Car on line 2 including the driver: 240 kr each way."
)
FARES_OLD: Final = (
    "Fares from 1 April 2024, either line. Adult single 54 kr, return 96 kr. Children from 6 to 15 pay half; under 6 "
    "travel free. Dog 15 kr each way. Bicycle 25 kr each way. Ten-trip card for line 1: 410 kr."
)
CANCELLED: Final = (
    "When it blows. Line 2 stops at a mean wind of 18 m/s, line 1 at 21 m/s. The skipper decides at the latest 45 "
    "minutes before departure; the decision is on the board at the quay and in the app. Tickets bought by card or in "
    "the app are refunded by themselves within 5 working days; tickets bought with cash are refunded at the desk."
)
GUEST: Final = (
    "The guest harbour has 40 berths: quay A, 1 to 24, for boats up to 12 m, and quay B, 25 to 40, up to 18 m. A night "
    "costs 180 kr up to 8 m, 260 kr up to 12 m, 340 kr above that, water and showers included. Electricity is 40 kr a "
    "day. Pay by 12:00 in the Havna app or at the desk; the receipt carries the shower code. In July the longest stay "
    "is 3 nights. Berths are not reserved, except for groups of five boats or more."
)
ANCHORING: Final = (
    "Anchoring. Within 150 m of the ferry lane anchoring is forbidden. Sandbukta is an eelgrass reserve and closed to "
    "anchoring from 1 May to 30 September; the six yellow buoys there are free for one night."
)
SPEED: Final = (
    "Speed. 5 knots inside the moles, 3 knots in the guest harbour. The harbour master may fine 1,200 kr. Wake that "
    "moves moored boats counts as speeding whatever the log says."
)
PUMP_OUT: Final = (
    "Waste. The pump-out for holding tanks is at the head of quay B, free, at all hours from April to October. Oil and "
    "bilge water are not taken there; the chandler Olsen & Daughter on Tollbugata takes up to 20 litres of oil a day."
)
SLIPWAY: Final = (
    "The slipway at Tollbugata is booked at least 24 hours ahead. Launching or hauling out costs 90 kr, a trailer may "
    "stand beside it for 60 kr a day. It bears 2.5 tonnes; heavier boats use the travel lift (Tuesdays and Thursdays, "
    "from 1,450 kr)."
)
WINTER: Final = (
    "Winter storage. Apply by 1 September; the places are given out on 8 September in the order of last year. Boats "
    "are "
    "hauled out in weeks 40 to 42 and launched from week 16. 145 kr a square metre (length times beam) for the season. "
    "Masts come off. Antifouling may be scraped or washed on the wash pad only."
)
LOST: Final = (
    "Lost property from ferries and quays comes to the desk every evening and is kept for 90 days. Passports, purses "
    "and keys with an address go to the police after 7 days. Claiming is free; bring something that proves it yours."
)
ACCESS: Final = (
    "Access. The Lundefuglen on line 1 is step-free from quay to lounge and has four wheelchair places and an adapted "
    "toilet. The Ternen on line 2 is boarded by a ramp that is steep at low water: call 555 0142 the day before and "
    "the "
    "crew meets you with a lift. There is no adapted toilet on the Ternen."
)
FISHING: Final = (
    "Fishing. Rods are free from the outer mole, not from the ferry quay or the guest quays. Cod under 40 cm goes "
    "back. "
    "Lobster pots are allowed from 1 October to 30 November only, at most ten a person, each marked with name and "
    "telephone number. Berried females and lobsters under 25 cm or over 32 cm go back."
)
SWIMMING: Final = (
    "Bathing is allowed at the seawater bath behind the outer mole. Jumping from the ferry quay is forbidden because "
    "of "
    "the propellers; so is swimming in the guest harbour, because of faulty shore-power cables."
)
WAITING: Final = (
    "Permanent berths. The waiting list is about six years long for boats up to 8 m and nine above. A place on it "
    "costs "
    "250 kr a year, payable by 31 January; who does not pay loses the place. Places cannot be passed on, not even "
    "within the family."
)

SOURCES: Final = {
    FERRY_1: "timetable/line-1.md",
    FERRY_2: "timetable/line-2.md",
    FARES: "fares/2026.md",
    FARES_OLD: "fares/archive/2024.md",
    CANCELLED: "timetable/weather.md",
    GUEST: "harbour/guest-berths.md",
    ANCHORING: "harbour/anchoring.md",
    SPEED: "harbour/speed.md",
    PUMP_OUT: "harbour/waste.md",
    SLIPWAY: "harbour/slipway.md",
    WINTER: "harbour/winter-storage.md",
    LOST: "desk/lost-property.md",
    ACCESS: "desk/access.md",
    FISHING: "rules/fishing.md",
    SWIMMING: "rules/bathing.md",
    WAITING: "harbour/waiting-list.md",
}


def retrieved(query: str, *found: tuple[str, float], name: str = "search_documents", ms: int = 85) -> Span:
    """A retriever span that found documents, each with its score."""
    return Span(
        name=name,
        type="RETRIEVER",
        inputs={"query": query, "k": len(found)},
        outputs=documents(*found),
        attributes={"mlflow.spanFunctionName": name},
        ms=ms,
    )


def documents(*found: tuple[str, float]) -> list[JsonValue]:
    """Retrieved documents as MLflow records them."""
    return [
        {
            "page_content": text,
            "metadata": {"doc_uri": f"desk-docs://{SOURCES[text]}", "chunk_id": rank, "score": score},
            "id": SOURCES[text],
        }
        for rank, (text, score) in enumerate(found)
    ]


def context(*texts: str) -> str:
    """Documents as they stand in a prompt."""
    return "\n\n".join(f"[{SOURCES[text]}]\n{text}" for text in texts)
