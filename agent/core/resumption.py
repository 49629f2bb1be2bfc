"""Whether a transaction that a power cut interrupted goes on: the policy, and how long the station was gone.

How long is known from the newest checkpoint, which is at most an hour old (`bounds.KEPT_AT_LEAST_MS`). Where the wall
time of either end is not known, nobody can say that it was too long.
"""

from __future__ import annotations

from agent.core.clock import Now
from agent.core.rules import Options, PowerLoss, Rules
from agent.core.transaction import Transaction


def goes_on(tx: Transaction, now: Now, rules: Rules, options: Options) -> bool:
    """Whether the transaction resumes after a cut (2.1 TxCtrlr.ResumptionTimeout, here on every version)."""
    limit_ms = rules.resumption_timeout_ms
    if options.power_loss is not PowerLoss.RESUME or not limit_ms:
        return False
    kept = tx.kept_at
    if kept is None or kept.wall_ms is None or now.wall_ms is None:
        return True
    return now.wall_ms - kept.wall_ms <= limit_ms
