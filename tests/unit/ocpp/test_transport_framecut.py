"""The frame cutter, against the frames of the WebSocket library itself."""

from __future__ import annotations

from collections.abc import Generator

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from agent.ocpp.endpoint import MAX_FRAME_BYTES
from agent.ocpp.framecut import BINARY, TEXT, FrameCut

LIMIT = 1000


def wire(opcode: Opcode, payload: bytes, fin: bool = True) -> bytes:
    return Frame(opcode, payload, fin=fin).serialize(mask=False)


def frames(data: bytes) -> list[Frame]:
    """Read the frames of a stream the way the library does. A remainder is a failure."""
    reader = StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    found = []

    def parse() -> Generator[None, None, None]:
        while not (yield from reader.at_eof()):
            found.append((yield from Frame.parse(reader.read_exact, mask=False, max_size=None)))

    for _ in parse():
        raise AssertionError("the stream ends in the middle of a frame")
    return found


def test_what_is_within_the_limit_passes_untouched() -> None:
    stream = b"".join(
        (
            wire(Opcode.TEXT, b"[3]"),
            wire(Opcode.PING, b"?"),
            wire(Opcode.BINARY, b"x" * LIMIT),
            wire(Opcode.TEXT, b""),
            wire(Opcode.CLOSE, b"\x03\xe8"),
        )
    )
    cut = FrameCut(LIMIT)
    assert cut.feed(stream) == stream
    assert list(cut.kinds) == [TEXT, BINARY, TEXT]


def test_a_message_at_the_limit_passes_and_one_byte_more_too_but_no_more() -> None:
    for size, kept in ((LIMIT, LIMIT), (LIMIT + 1, LIMIT + 1), (LIMIT + 2, LIMIT + 1), (100 * LIMIT, LIMIT + 1)):
        [frame] = frames(FrameCut(LIMIT).feed(wire(Opcode.TEXT, b"x" * size)))
        assert (frame.opcode, frame.fin, len(frame.data)) == (Opcode.TEXT, True, kept)


def test_the_frames_after_an_oversized_one_are_whole() -> None:
    cut = FrameCut(LIMIT)
    passed = frames(cut.feed(wire(Opcode.TEXT, b"x" * 70_000) + wire(Opcode.PING, b"?") + wire(Opcode.TEXT, b"[2]")))
    assert [(frame.opcode, len(frame.data)) for frame in passed] == [
        (Opcode.TEXT, LIMIT + 1),
        (Opcode.PING, 1),
        (Opcode.TEXT, 3),
    ]


def test_a_limit_beyond_16_bits() -> None:
    [frame] = frames(FrameCut(70_000).feed(wire(Opcode.TEXT, b"x" * 80_000)))
    assert len(frame.data) == 70_001


def test_the_limit_counts_for_all_fragments_of_a_message() -> None:
    stream = b"".join(
        (
            wire(Opcode.TEXT, b"a" * 600, fin=False),
            wire(Opcode.CONT, b"b" * 600, fin=False),
            wire(Opcode.PONG, b""),
            wire(Opcode.CONT, b"c" * 600, fin=True),
            wire(Opcode.TEXT, b"d" * 600),
        )
    )
    cut = FrameCut(LIMIT)
    passed = frames(cut.feed(stream))
    assert [len(frame.data) for frame in passed] == [600, 401, 0, 0, 600]
    assert [frame.fin for frame in passed] == [False, False, True, True, True]
    assert list(cut.kinds) == [TEXT, TEXT]


def test_compressed_messages_are_counted_but_not_cut() -> None:
    cut = FrameCut(LIMIT)
    cut.cutting = False
    stream = wire(Opcode.TEXT, b"x" * (2 * LIMIT))
    assert cut.feed(stream) == stream
    assert list(cut.kinds) == [TEXT]


def test_what_is_not_understood_passes_from_there_on() -> None:
    masked = Frame(Opcode.TEXT, b"x" * (2 * LIMIT)).serialize(mask=True)
    endless = b"\x81\x7f" + (MAX_FRAME_BYTES + 1).to_bytes(8, "big") + b"x" * (2 * LIMIT)
    for stream in (masked, endless):
        cut = FrameCut(LIMIT)
        assert cut.feed(wire(Opcode.TEXT, b"[2]") + stream) == wire(Opcode.TEXT, b"[2]") + stream
        assert cut.feed(wire(Opcode.TEXT, b"x" * (2 * LIMIT))) == wire(Opcode.TEXT, b"x" * (2 * LIMIT))
        assert list(cut.kinds) == [TEXT]


MESSAGES = st.lists(
    st.tuples(st.sampled_from([Opcode.TEXT, Opcode.BINARY, Opcode.PING]), st.sampled_from([0, 1, 20, 125])), max_size=8
) | st.lists(st.tuples(st.sampled_from([Opcode.TEXT, Opcode.BINARY]), st.integers(0, 300)), max_size=4)


@given(messages=MESSAGES, pieces=st.lists(st.integers(1, 90), min_size=1, max_size=20), limit=st.integers(0, 200))
def test_the_pieces_in_which_bytes_arrive_make_no_difference(
    messages: list[tuple[Opcode, int]], pieces: list[int], limit: int
) -> None:
    stream = b"".join(wire(opcode, bytes(range(256)) * 2 if size > 256 else b"y" * size) for opcode, size in messages)
    whole = FrameCut(limit).feed(stream)
    cut, passed, at, turn = FrameCut(limit), b"", 0, 0
    while at < len(stream):
        step = pieces[turn % len(pieces)]
        passed += cut.feed(stream[at : at + step])
        at, turn = at + step, turn + 1
    assert passed == whole
    data = [frame for frame in frames(whole) if frame.opcode is not Opcode.PING]
    assert [int(frame.opcode) for frame in data] == list(cut.kinds)
    assert all(len(frame.data) <= limit + 1 for frame in data)


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise_or_grow_the_stream(data: bytes) -> None:
    assert len(FrameCut(5).feed(data)) <= len(data)
