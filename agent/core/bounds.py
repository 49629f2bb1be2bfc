"""Every limit and every fixed time of the core, in one place."""

from __future__ import annotations

from typing import Final

CACHE_ENTRIES: Final = 1000  # authorization cache
END_SAMPLES: Final = 200  # sample sets kept for the end of one transaction (E06.FR.12)
PENDING_COMMANDS: Final = 64  # commands that wait for the world (unlock …)
RECENT_TRANSACTIONS: Final = 64  # ended ones that the core still remembers
WAITING_CAUSES: Final = 16  # causes that wait for a meter snapshot
REPORT_ROWS: Final = 16  # rows of a NotifyReport page, at most
REPORT_PAGES: Final = 192  # of all reports that are on their way; the outbox has room for some more
FAULTS: Final = 64  # raised at once
FAULT_TEXT: Final = 500  # of what a device says; a version that has less room for it cuts it itself
FLOATING_TOKENS: Final = 8  # accepted cards that wait for a plug
QUESTIONS: Final = 8  # tokens that the CSMS is asked about at once
READERS: Final = 32  # whose pace is watched

SNAPSHOT_TIMEOUT_MS: Final = 2_000  # then the last good reading serves
PILOT_SETTLED_MS: Final = 10_000  # after a restart the pilot says by then whether a car is there
OPEN_TIMEOUT_MS: Final = 10_000  # the guard opens after 6 s at the latest
FIRST_CHARGE_GRACE_MS: Final = 4_000  # a car answers the pilot within 3 s; until then it is not "suspended"
DELIVERY_GRACE_MS: Final = 10_000  # how long a reset waits for the last messages (B12.FR.05)
DAMAGE_GRACE_MS: Final = 600_000  # the same where they would be lost: the ledger is damaged
UNLOCK_TIMEOUT_MS: Final = 6_000  # three tries of the lock motor
BOOT_RETRY_MS: Final = 60_000  # when the CSMS says interval 0 (B02.FR.07, B03.FR.05)
BOOT_FAILED_RETRY_MS: Final = 30_000  # when a BootNotification got no answer
CLOCK_SYNC_MS: Final = 24 * 3_600_000  # a Heartbeat at least once a day (G02.FR.07)
KEPT_AT_LEAST_MS: Final = 3_600_000  # a checkpoint of idle transactions and the time: a cut's length is known
FROZEN_WH: Final = 2_000  # a register that misses more than its coarsest step, 1 kWh, stands still
IMPLAUSIBLE_SAMPLES: Final = 3  # after that many readings a jump is the meter's new base
PERMITS_A_BOOT: Final = 1_000_000  # numbers of permits that one boot has for itself
PERMIT_BOOTS: Final = 2_000  # … so that they stay within 31 bits
PERMIT_RENEWALS: Final = 3  # within one lease
PHASE_USED_MA: Final = 1_000  # more than a meter's noise, less than any car charges with
MIN_CURRENT_MA: Final = 6_000  # IEC 61851-1 annex A: no current below 6 A can be told
TOKENS_AT_ONCE: Final = 5  # of one reader
TOKEN_EVERY_MS: Final = 500  # no people are quicker at one reader for long
SHOW_MS: Final = 3_000  # how long "accepted" or "rejected" is shown
