"""Variables of authorization and its cache (part 2, 2.3 and 2.4)."""

from __future__ import annotations

from agent.variables.definition import Definition, Derived, Place
from agent.variables.vocabulary import DataType, Mutability

RO = Mutability.READ_ONLY
CACHE_BYTES_MAX = 1_048_576


def _token_types(place: Place) -> Derived:
    kinds = tuple(str(kind) for kind in place.topology.token_kinds)
    return Derived(values=kinds, fact=",".join(kinds))


AUTHORIZATION: tuple[Definition, ...] = (
    Definition(
        component="AuthCtrlr",
        variable="Enabled",
        type=DataType.BOOLEAN,
        default="true",
        doc="Whether a token is needed to charge.",
    ),
    Definition(
        component="AuthCtrlr",
        variable="AuthorizeRemoteStart",
        type=DataType.BOOLEAN,
        default="false",
        doc="Authorize the token of a remote start like a local one.",
    ),
    Definition(
        component="AuthCtrlr",
        variable="LocalAuthorizeOffline",
        type=DataType.BOOLEAN,
        default="true",
        doc="Offline, start for tokens that are known locally.",
    ),
    Definition(
        component="AuthCtrlr",
        variable="LocalPreAuthorize",
        type=DataType.BOOLEAN,
        default="false",
        doc="Online, start for tokens that are known locally without asking first.",
    ),
    Definition(
        component="AuthCtrlr",
        variable="OfflineTxForUnknownIdEnabled",
        type=DataType.BOOLEAN,
        default="false",
        doc="Offline, start for tokens that are not known.",
    ),
    Definition(
        component="AuthCtrlr",
        variable="DisableRemoteAuthorization",
        type=DataType.BOOLEAN,
        default="false",
        doc="Never ask the CSMS; only the cache and the local list decide.",
    ),
    Definition(
        component="AuthCtrlr",
        variable="MasterPassGroupId",
        type=DataType.STRING,
        maximum=36,
        doc="Group whose tokens may stop any transaction and start none.",
    ),
    Definition(
        component="AuthCtrlr",
        variable="SupportedIdTokenTypes",
        type=DataType.MEMBER_LIST,
        mutability=RO,
        derive=_token_types,
        doc="Types of tokens that the station takes.",
    ),
    Definition(
        component="AuthCacheCtrlr",
        variable="Available",
        type=DataType.BOOLEAN,
        mutability=RO,
        derive=lambda _: Derived(fact="true"),
        doc="Whether there is an authorization cache.",
    ),
    Definition(
        component="AuthCacheCtrlr",
        variable="Enabled",
        type=DataType.BOOLEAN,
        default="true",
        doc="Whether the authorization cache is used.",
    ),
    Definition(
        component="AuthCacheCtrlr",
        variable="LifeTime",
        type=DataType.INTEGER,
        unit="s",
        minimum=0,
        default=str(30 * 86_400),
        doc="Time after its last use at which an entry of the cache expires; 0 keeps it.",
    ),
    Definition(
        component="AuthCacheCtrlr",
        variable="Storage",
        type=DataType.INTEGER,
        unit="B",
        minimum=0,
        maximum=CACHE_BYTES_MAX,
        default="0",
        mutability=RO,
        live=True,
        doc="Bytes in use by the cache.",
    ),
    Definition(
        component="AuthCacheCtrlr",
        variable="Policy",
        type=DataType.OPTION_LIST,
        values=("LRU",),
        default="LRU",
        doc="Which entry makes room in a full cache.",
    ),
    Definition(
        component="AuthCacheCtrlr",
        variable="DisablePostAuthorize",
        type=DataType.BOOLEAN,
        default="false",
        doc="Do not ask again about a token that the cache holds as not accepted.",
    ),
)
