"""The sessions that the demo plays, each as a person would tell it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from agent.demo.receipt import Receipt
from agent.demo.stage import Stage

CARD = "04A1B2C3D4E5F6"
REMOTE_TOKEN = "APP-2071"  # noqa: S105 - what an app of the operator would send
CHARGE_S = 20
DAY_S = 86_400


async def whole_charge(stage: Stage) -> Receipt:
    """A car is filled, and its driver comes back for it: the one session of `--once`."""
    await stage.begin("A card, 15 kWh, and a receipt")
    stage.show.say("driver", "plugs in a car that wants 15 kWh")
    await stage.bench("ev.plug_in", phases=3, current_a=32, soc=30, battery_wh=60_000, energy_request_wh=15_000)
    await asyncio.sleep(3)
    await _tap(stage, "shows a card")
    await _charging(stage)
    await stage.until(lambda: stage.pilot == "B" and stage.power_w == 0, "a full car", DAY_S)
    await stage.show_power()
    stage.show.say("driver", "has a full car, and comes back ten minutes later")
    await asyncio.sleep(600)
    await _tap(stage, "shows the card again")
    return await _leave(stage)


async def card(stage: Stage) -> Receipt:
    """Start and stop with a card."""
    await stage.begin("A card starts, the same card stops")
    await _plug(stage)
    await _tap(stage, "shows a card")
    await _charging(stage)
    await asyncio.sleep(CHARGE_S)
    await _tap(stage, "shows the card again")
    return await _leave(stage)


async def remote(stage: Stage) -> Receipt:
    """Start and stop by the operator."""
    await stage.begin("The operator starts, the operator stops")
    stage.show.say("operator", "starts a session for somebody's app")
    if stage.version == "1.6":
        await stage.csms.call("RemoteStartTransaction", {"connectorId": 1, "idTag": REMOTE_TOKEN})
    else:
        token = {"idToken": REMOTE_TOKEN, "type": "Central"}
        await stage.csms.call("RequestStartTransaction", {"remoteStartId": 1, "idToken": token, "evseId": 1})
    await asyncio.sleep(2)
    await _plug(stage)
    await _charging(stage)
    await asyncio.sleep(CHARGE_S)
    stage.show.say("operator", "stops it")
    if stage.version == "1.6":
        number = next(c.answer for c in stage.csms.all("StartTransaction") if c.answer is not None)["transactionId"]
        await stage.csms.call("RemoteStopTransaction", {"transactionId": number})
    else:
        tx = stage.csms.last("TransactionEvent")["transactionInfo"]["transactionId"]
        await stage.csms.call("RequestStopTransaction", {"transactionId": tx})
    return await _leave(stage)


async def outage(stage: Stage) -> Receipt:
    """The network is gone for a while."""
    await stage.begin("The network goes away in the middle, and comes back")
    await _plug(stage)
    await _tap(stage, "shows a card")
    await _charging(stage)
    await asyncio.sleep(CHARGE_S / 2)
    stage.show.say("bench", "pulls the network cable: the car goes on charging")
    await stage.bench("network.set", up=False)
    await asyncio.sleep(CHARGE_S)
    await stage.show_power()
    stage.show.say("bench", "plugs the network in again: what waited is delivered, in order")
    await stage.bench("network.set", up=True)
    await stage.until(lambda: bool(stage.csms.stations), "the station's return")
    await asyncio.sleep(CHARGE_S / 4)
    await _tap(stage, "shows the card again")
    return await _leave(stage)


async def power_cut(stage: Stage) -> Receipt:
    """The power fails, and the session survives it."""
    await stage.begin("The power fails in the middle, and comes back")
    await _plug(stage)
    await _tap(stage, "shows a card")
    await _charging(stage)
    await asyncio.sleep(CHARGE_S)
    await stage.settled()
    stage.show.say("bench", "cuts the power: nothing is tidied up, nobody says goodbye")
    await stage.bench("power.cut")
    await asyncio.sleep(3)
    stage.show.say("bench", "restores the power: the station boots, and goes on with the same transaction")
    await stage.bench("power.restore")
    await _charging(stage)
    await asyncio.sleep(CHARGE_S)
    await _tap(stage, "shows the card again")
    return await _leave(stage)


STORIES: tuple[Callable[[Stage], Awaitable[Receipt]], ...] = (card, remote, outage, power_cut)


async def _plug(stage: Stage) -> None:
    stage.show.say("driver", "plugs in a car")
    await stage.bench("ev.plug_in", phases=3, current_a=32, soc=30, battery_wh=60_000)
    await asyncio.sleep(2)


async def _tap(stage: Stage, what: str) -> None:
    stage.show.say("driver", f"{what}: {CARD}", token=CARD)
    await stage.bench("rfid.tap", id_token=CARD)


async def _charging(stage: Stage) -> None:
    await stage.until(lambda: stage.contactor == "closed" and stage.power_w > 0, "energy")
    await stage.show_power()


async def _leave(stage: Stage) -> Receipt:
    await stage.until(lambda: stage.contactor == "open", "the end of charging")
    await asyncio.sleep(2)
    stage.show.say("driver", "unplugs and leaves")
    await stage.bench("ev.plug_out")
    return await stage.end()
