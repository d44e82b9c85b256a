"""A long answer in prose: how to lay up a boat for the winter."""

from __future__ import annotations

from tests.sample.make import anthropic
from tests.sample.make.assessments import code, colleague, judge
from tests.sample.make.documents import DESK, PUMP_OUT, SLIPWAY, WINTER, context
from tests.sample.make.openai import user
from tests.sample.make.traces import Recipe


def recipes() -> list[Recipe]:
    question = (
        "First winter with our own boat (Maxi 77, 7.7 m, inboard diesel, on land here from week 41). Please write us a "
        "complete guide from the last sail to the launch in spring. We know nothing!"
    )
    return [
        Recipe(
            key="first-winter",
            at="2026-09-09 21:16:49",
            user="boat-owner-151",
            root=anthropic.message(
                f"{DESK}\n\n{context(WINTER, SLIPWAY, PUMP_OUT)}",
                [user(question)],
                anthropic.thinking(
                    "They are beginners with a Maxi 77 and an inboard diesel. The documents cover haul-out weeks, the "
                    "price by area, masts, the wash pad, the pump-out and oil. The rest is general seamanship, which I "
                    "should mark as such. Area: 7.7 times beam; a Maxi 77 is about 2.5 m wide, so about 19.3 square "
                    "metres, 2,790 kr. I do not know their beam for certain, so I will say 'about'."
                ),
                anthropic.text(GUIDE),
                model="claude-sonnet-4-5",
                ms=38600,
            ),
            said=(
                judge("relevance", "yes", "Covers everything from the last sail to launching, for beginners."),
                judge(
                    "groundedness",
                    "no",
                    "Most of the guide is general advice that the documents do not contain, although it says so.",
                ),
                code("response_length", len(GUIDE)),
                colleague("rhea.k", "quality_rating", 4, "Very good. Too long for the chat, right for a leaflet."),
            ),
        )
    ]


GUIDE = """\
# Your first winter on land

Welcome to the club of people who look at weather maps in February. This guide goes from your last sail to the launch \
in spring. What comes from the harbour's own rules is marked **⚓**; the rest is good practice, and your engine's \
manual always wins over me.

## The year at a glance

| when | what | where |
|---|---|---|
| by 1 September ⚓ | apply for a place | desk or Havna app |
| 8 September ⚓ | places are given out | by e-mail |
| week 39 | last sail, sails off and dried | at your berth |
| week 40 | diesel full, oil changed, mast off | mast crane |
| **week 41** ⚓ | **haul-out, wash, on the cradle** | wash pad, then your place |
| November | check cover and supports | on land |
| December to February | a look after every storm | on land |
| March | sanding, painting, polishing | on land |
| from week 16 ⚓ | launch | travel lift |

The place costs 145 kr a square metre, length times beam ⚓. A Maxi 77 is about 2.5 m wide, so reckon with about \
**2,790 kr** for the season.

## 1. Before she comes out

### Sails and rigging

1. Wash the salt out with fresh water on a day with little wind, and let the sails dry **completely**. A damp sail in \
a bag is a mushroom farm by Christmas.
2. Note every tear and every loose thread now. Sailmakers are idle in October and drowning in April.
3. Loosen the shrouds evenly, then book the mast crane. Masts come off in winter storage ⚓.
4. Tape each turnbuckle at its setting before you undo it, and photograph the masthead. You *will* forget which sheave \
the blue halyard runs over.

### Tanks

- **Holding tank**: empty it at the pump-out at the head of quay B, free and open at all hours until the end of \
October ⚓. Rinse twice.
- **Water tank**: empty it, open all taps, and leave them open. Run the foot pump until it coughs.
- **Diesel**: fill it to the brim. An empty tank breathes, and breath turns into water and then into black slime.

### Electricity

Charge the battery to the full and measure it after a day of rest:

| volts at rest | charge | what to do |
|---:|---|---|
| 12.7 or more | full | disconnect the negative pole, done |
| 12.4 to 12.6 | three quarters | charge again |
| 12.0 to 12.3 | about half | charge, measure again after a week |
| below 12.0 | empty | it may not survive the winter; have it tested |

A full battery stands 40 degrees of frost. An empty one freezes at a few degrees below zero.

## 2. The engine

Do this **while she still floats**, since the engine has to run warm and has to be cooled while it does.

1. Run it for twenty minutes at the berth, in gear, well moored.
2. Change the **oil while it is warm**: old oil is acid and would sit in the bearings until spring. Change the filter \
with it. Take the old oil to Olsen & Daughter on Tollbugata, who take up to 20 litres a day ⚓. *Not* to the pump-out.
3. Change the diesel filter and bleed the system:

   ```text
   tank valve open
     -> loosen the bleed screw on the filter, a quarter turn
     -> work the hand pump until no bubbles come
     -> close the screw while you are still pumping
     -> the same at the injection pump
     -> start, let it run for five minutes, look for drops
   ```

4. On land: close the sea cock, take the hose off, put it in a bucket with antifreeze (one part to one part water), \
start the engine and let it drink until the colour comes out of the exhaust. **Stop at once.**
5. Loosen the belts, put an oily rag into the exhaust and the air intake, and hang a note on the key:

   > RAGS IN EXHAUST AND INTAKE. SEA COCK SHUT.

## 3. The day of the haul-out

Be there half an hour early, with two long lines and somebody who stays calm.

- [ ] shaft, log and echo sounder shown to the crane driver (**put tape on the rail above each strap position**)
- [ ] everything loose below is stowed; the boat will lean
- [ ] log impeller drawn and the blanking plug in its place
- [ ] fenders off, or they will be in the straps

Then comes the **wash pad**. Antifouling may be washed or scraped *there and nowhere else* ⚓: the water is collected \
and cleaned. Do it on the same day. What comes off with a scraper in an hour takes a weekend with a sander when dry.

### On the cradle

The weight belongs on the **keel**; the pads at the sides only keep her from falling. If you can turn a pad by hand, \
it is too loose; if the hull gives under it, it is too tight. Bow slightly up, so that rain runs to the cockpit drains.

## 4. The cover

A cover has three enemies: wind under it, water on it, and no air inside.

| mistake | what happens | better |
|---|---|---|
| tied to the cradle | the wind shakes the boat off its supports | tie it under the hull |
| flat over the rail | a pond, then a tear, then a full cockpit | a ridge of at least 45° |
| closed tightly | mould on every cushion | open at bow and stern |
| eyelets every metre | it rips from one to the next | every 40 cm, rope, no wire |

Leave lockers, bilges and doors open. Take home what is made of foam or paper. A bowl of salt or rice does nothing for \
a boat; **moving air does**.

## 5. From November to March

Go and look after every storm, and once a month in any case. Ten minutes are enough:

1. Are the pads still tight?
2. Is there water in the bilge? *From where?*
3. Has the cover chafed anywhere?
4. Are your neighbours all right? Theirs falls on yours.

Snow weighs more than one thinks: 20 cm of wet snow on your cover are about 700 kg.

## 6. Spring

Work **from top to bottom and from the inside out**. For the hull below the water line:

| step | weather | time |
|---|---|---|
| sand by hand, 80 grit, wet | above 5 °C | half a day |
| prime bare spots | above 10 °C, dry | an hour, then a night |
| first coat of antifouling | above 10 °C, dry | two hours |
| second coat, three round the rudder | next day | two hours |
| **launch** | within what the tin says | usually 3 to 30 days |

Wear a mask and gloves. Old antifouling is poison, which is the whole idea of it.

On the cradle, before the lift comes:

- [ ] **sea cocks: every one turned, every hose clip looked at**
- [ ] anodes new if less than half is left
- [ ] log impeller in, blanking plug *in the boat*
- [ ] rags out of exhaust and intake; belt tight
- [ ] battery full; bilge pump tried with a bucket of water

Launching starts in week 16 ⚓. As she hangs in the straps in the water, **do not let them take the straps away** \
before you have looked at every sea cock and at the shaft seal. Dry? Then start the engine, see that water comes out \
of the exhaust, and go.

## What it costs, roughly

| | kr |
|---|---:|
| place on land, about 19.3 m² at 145 kr ⚓ | 2,790 |
| travel lift, out and in, from 1,450 kr each ⚓ | 2,900 |
| mast crane, out and in | ask the desk |
| oil, filters, antifreeze, anodes | 1,100 |
| antifouling, 2.5 litres | 900 |
| **sum, without the mast crane** | **7,690** |

If something does not fit your boat, ask the desk on 555 0142, or the owner of the boat beside yours. He has been \
waiting all year for somebody to ask.
"""
