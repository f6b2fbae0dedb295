"""Association of a history in pieces of land and time, with the same answer to the last bit.

A piece owns a box of land and a period, and sees more: a margin of land around the box and some
days before the period. It associates all that it sees as if there were nothing else. Its answer
counts for what it owns, once this has been checked:

    Of every incident that rows of the piece could have read, by the joint answer or by its own, the
    piece saw every row, and put each to the very incident that the row's owner put it to.

If that holds for all pieces, the joint answer is the one of a single machine. By induction over the
rows in order: let the joint answer be right before row r, and r belong to piece p. The decision on
r is a function of the row, of the incidents within its gate that were last enlisted no longer ago
than `Reach.memory_us`, and of the counts in the four cells around it over at most two windows. An
incident stands in the hull of its rows. So each incident that r can read, in truth or in p, has a
hull that meets `Piece.reads` and a row that is young enough; by what was checked it has the same
rows in p as in the joint answer, which is right so far. What is known of an incident is a function
of its rows in order, a row handed in twice included. So p reads the same incidents, in the same
order, since lists keep the order of rows; and the same counts, whose rows all belong to such
incidents. Hence p decides on r as one machine does.

Grids of counts wrap around: places a whole grid apart share a cell. Boxes that lie so are read, and
seen, like the box itself. Lists of incidents wrap around too, but what is so far off never passes
the gate.

Where the check fails, the piece sees twice as far and is done again; a piece that sees everything
is one machine, so this ends. Periods are checked in order, and what was checked is never undone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from truceline.fusion.assess import Found, assess
from truceline.fusion.associate import Associator, Raw
from truceline.fusion.counts import SIDE
from truceline.fusion.kernel import SIGMAS
from truceline.fusion.model import Model
from truceline.fusion.segments import HALO_US
from truceline.records.detections import Detections, Integers
from truceline.records.units import SECOND_US

Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]

# How far a piece sees beyond what it reads, at first.
MARGIN_M = 60_000.0
# Positions of incidents are kept in single precision.
SLACK = 1.01
SLACK_M = 10.0
SLACK_US = 60 * SECOND_US


class Window(NamedTuple):
    """A box of land in metres: its lower edges belong to it, its upper ones do not."""

    west: float
    south: float
    east: float
    north: float

    def wider(self, by_m: float) -> Window:
        """Give the box with so much around it."""
        return Window(self.west - by_m, self.south - by_m, self.east + by_m, self.north + by_m)

    def moved(self, east_m: float, north_m: float) -> Window:
        """Give the box elsewhere."""
        return Window(
            self.west + east_m, self.south + north_m, self.east + east_m, self.north + north_m
        )

    def meets(self, other: Window) -> bool:
        """Tell whether two boxes share land."""
        apart = self.east < other.west or other.east < self.west
        return not (apart or self.north < other.south or other.north < self.south)

    def holds(self, east_m: NDArray[Any], north_m: NDArray[Any]) -> Booleans:
        """Tell which points lie in it."""
        across = (east_m >= self.west) & (east_m < self.east)
        held: Booleans = across & (north_m >= self.south) & (north_m < self.north)
        return held


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """From how far and how long ago a decision can read.

    Attributes:
        gate_m: No incident that stands farther off than this is read.
        cells_m: Sides of the cells of counts; rows less than two cells apart share one.
        memory_us: Nothing is read of an incident without a row within so long, nor counted.
        world: The box that holds all rows.
    """

    gate_m: float
    cells_m: tuple[float, ...]
    memory_us: int
    world: Window

    def reads(self, box: Window) -> tuple[Window, ...]:
        """Give the boxes that rows in a box can read: around it, and where grids wrap around."""
        west, south = max(box.west, self.world.west), max(box.south, self.world.south)
        box = Window(west, south, min(box.east, self.world.east), min(box.north, self.world.north))
        around = max(self.gate_m, *(2 * cell for cell in self.cells_m))
        windows = [box.wider(around)]
        for cell in self.cells_m:
            whole, near = SIDE * cell, box.wider(2 * cell)
            right = int((self.world.east - self.world.west + 4 * cell) // whole) + 1
            up = int((self.world.north - self.world.south + 4 * cell) // whole) + 1
            windows += [
                elsewhere
                for column in range(-right, right + 1)
                for row in range(-up, up + 1)
                if (column or row)
                and (elsewhere := near.moved(column * whole, row * whole)).meets(self.world)
            ]
        return tuple(windows)


def reach_of(model: Model, world: Window, stated_m: NDArray[Any]) -> Reach:
    """Work out how far decisions reach.

    Args:
        model: What is believed beforehand.
        world: The box that holds all rows.
        stated_m: Shape (m,). The largest error that a row of each kind of instrument states.
    """
    numbers = model.numbers()
    largest_m = float(max(1.0, *(np.array(model.sigma_scale) * stated_m)))
    windows_s = (numbers.wide_s, numbers.short_s, numbers.long_s)
    return Reach(
        # An incident is known no worse than the worst of its rows.
        gate_m=SLACK * SIGMAS * float(np.sqrt(2)) * largest_m + SLACK_M,
        cells_m=(numbers.wide_cell_m, numbers.narrow_cell_m),
        memory_us=round(SECOND_US * max(model.window_s, 2 * max(windows_s))) + SLACK_US,
        world=world,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A box of land and a period, and how far is seen around them.

    Attributes:
        period, tile: Which.
        box: The land that it owns.
        first, last: Its rows stand from the first on and before the last, by index in the history.
        began_us: When the first of them was.
        margin_m, halo_us: How far it sees beyond the land and the time that it can read.
        reads: Boxes that its rows can read.
        memory_us: For how long they can.
    """

    period: int
    tile: int
    box: Window
    first: int
    last: int
    began_us: int
    margin_m: float
    halo_us: int
    reads: tuple[Window, ...]
    memory_us: int

    @property
    def sees_from_us(self) -> int:
        """From when on it sees rows."""
        return self.began_us - self.halo_us

    def sees(self, rows: Detections) -> Booleans:
        """Tell which rows lie on land that it sees."""
        seen = np.zeros(len(rows), bool)
        for window in self.reads:
            seen |= window.wider(self.margin_m).holds(rows.east_m, rows.north_m)
        return seen

    def could_read(self, hulls: NDArray[Any]) -> Booleans:
        """Tell which incidents its rows could read; of `HULL`."""
        met = np.zeros(len(hulls), bool)
        for window in self.reads:
            met |= (
                (hulls["east"] >= window.west)
                & (hulls["west"] <= window.east)
                & (hulls["north"] >= window.south)
                & (hulls["south"] <= window.north)
            )
        read: Booleans = met & (hulls["last_us"] >= self.began_us - self.memory_us)
        return read


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What a piece says of all that it sees; rows and incidents by index in the history.

    Attributes:
        begin: The first row that is late enough for it to see.
        rows: Shape (n,). Rows that it sees, in order.
        begun_by: Shape (n,). First row of the incident that each was put to.
        inside: Shape (n,). Whether the row lies on the piece's own land.
        read: Shape (n,). Whether rows of the piece could have read the row's incident.
        first_row: Shape (k,). First rows of the incidents that began on the piece's land and have
            a row in its period.
        lives, spots, kinds, seen: What is known of these, as in `associate.Raw`.
    """

    begin: int
    rows: Integers
    begun_by: Integers
    inside: Booleans
    read: Booleans
    first_row: Integers
    lives: NDArray[Any]
    spots: NDArray[Any]
    kinds: NDArray[np.float32]
    seen: NDArray[np.int16]


# The hull of the rows of an incident, how many they are, when the last one was, and its number.
HULL = np.dtype(
    [("first_row", "i8"), ("west", "i4"), ("south", "i4"), ("east", "i4"), ("north", "i4"),
     ("last_us", "i8"), ("count", "i8"), ("number", "i8")]
)  # fmt: skip


def work_out(piece: Piece, model: Model, begin: int, rows: Detections) -> Answer:
    """Associate what a piece sees.

    Args:
        piece: Which.
        model: What is believed beforehand.
        begin: Index in the history of the first of the rows.
        rows: All rows from `piece.sees_from_us` on and before `piece.last`, on whatever land.
    """
    index = np.flatnonzero(piece.sees(rows))
    rows = rows.take(index)
    index += begin
    associator = Associator(model)
    labels = associator.add(rows)
    hulls = _hulls(labels, rows)
    firsts = np.unique(labels, return_index=True)[1]
    inside = piece.box.holds(rows.east_m, rows.north_m)
    late = np.zeros(len(hulls), bool)
    late[labels[index >= piece.first]] = True
    told = np.flatnonzero(inside[firsts] & late)
    lives, spots, kinds, seen = associator.raw()
    return Answer(
        begin=begin,
        rows=index,
        begun_by=index[firsts][labels],
        inside=inside,
        read=piece.could_read(hulls)[labels],
        first_row=index[firsts[told]],
        lives=lives[told],
        spots=spots[told],
        kinds=kinds[told],
        seen=seen[told],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a history is cut.

    Attributes:
        reach: From how far and how long ago decisions read.
        boxes: Who owns which land; every point has one owner.
        cuts: Shape (periods + 1,). Index of the first row of each period, and how many rows.
        began_us: Shape (periods,). When the first row of each period was.
        margin_m, halo_us: How far a piece sees beyond what it reads, at first.
    """

    reach: Reach
    boxes: tuple[Window, ...]
    cuts: tuple[int, ...]
    began_us: tuple[int, ...]
    margin_m: float = MARGIN_M
    halo_us: int = HALO_US

    @property
    def periods(self) -> int:
        """How many there are."""
        return len(self.began_us)

    def piece(self, period: int, tile: int) -> Piece:
        """Give one piece as it is done first."""
        return Piece(
            period=period,
            tile=tile,
            box=self.boxes[tile],
            first=self.cuts[period],
            last=self.cuts[period + 1],
            began_us=self.began_us[period],
            margin_m=self.margin_m,
            halo_us=self.halo_us,
            reads=self.reach.reads(self.boxes[tile]),
            memory_us=self.reach.memory_us,
        )

    def sees_all_land(self, piece: Piece) -> bool:
        """Tell whether a piece sees the rows of all land."""
        seen, world = piece.reads[0].wider(piece.margin_m), self.reach.world
        return (
            seen.west <= world.west
            and seen.south <= world.south
            and seen.east >= world.east
            and seen.north >= world.north
        )

    def sees_all_time(self, piece: Piece) -> bool:
        """Tell whether a piece sees the rows from the first on."""
        return piece.sees_from_us <= self.began_us[0]


def boxes_of(east_m: NDArray[Any], north_m: NDArray[Any], count: int) -> tuple[Window, ...]:
    """Part all land into so many boxes that hold about as many points each.

    Args:
        east_m: Shape (n,). Where rows are: all of them, or a sample.
        north_m: Shape (n,). The same.
        count: How many boxes, at least 1.
    """
    everywhere = Window(-np.inf, -np.inf, np.inf, np.inf)
    points = np.column_stack([east_m, north_m]).astype(np.float64)
    return tuple(_parted(everywhere, points, count))


def _parted(box: Window, points: Floats, count: int) -> list[Window]:
    if count == 1 or not len(points):
        return [box]
    axis = int(np.ptp(points[:, 1]) > np.ptp(points[:, 0]))
    fewer = count // 2
    cut = float(np.rint(np.quantile(points[:, axis], fewer / count)))
    low, high = list(box), list(box)
    low[2 + axis] = high[axis] = cut
    below = points[:, axis] < cut
    return [
        *_parted(Window(*low), points[below], fewer),
        *_parted(Window(*high), points[~below], count - fewer),
    ]


class Pending(Protocol):
    """An answer that may still be worked out: a future."""

    def result(self) -> Answer:
        """Wait for it."""
        ...


class History(Protocol):
    """Rows in order, and a place for whom they were put to."""

    def rows(self, first: int, last: int) -> Detections:
        """Give rows by index."""
        ...

    def remember(self, first: int, begun_by: Integers) -> None:
        """Keep the first rows of the incidents of the rows from an index on."""
        ...

    def begun_by(self, first: int, last: int) -> Integers:
        """Give what was kept."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Told:
    """What is settled with a period.

    Attributes:
        first: Index of its first row.
        numbers: Shape (n,). Numbers of the incidents of its rows, as `associate` gives them.
        found: Incidents that no row can join any more, those told before left out, in order.
        again: How many pieces of the period were done again.
    """

    first: int
    numbers: Integers
    found: Found
    again: int


def associate_in_tiles(
    plan: Plan,
    model: Model,
    history: History,
    start: Callable[[Piece], Pending],
    ahead: int = 2,
) -> Iterator[Told]:
    """Associate a history piece by piece, and tell period by period what one machine would.

    Args:
        plan: How it is cut.
        model: What is believed beforehand.
        history: Its rows.
        start: Begins to work a piece out: here, in another thread, on another machine.
        ahead: Periods that are begun before the answers of one are waited for.
    """
    joint = _Joint(plan, model, history)
    tiles = range(len(plan.boxes))
    begun: deque[list[tuple[Piece, Pending]]] = deque()
    for period in range(plan.periods + ahead):
        if period < plan.periods:
            begun.append([(one, start(one)) for one in (plan.piece(period, t) for t in tiles)])
        if period >= ahead:
            yield joint.settle(begun.popleft(), start)


class _Joint:
    """The joint answer so far."""

    def __init__(self, plan: Plan, model: Model, history: History) -> None:
        self._plan, self._model, self._history = plan, model, history
        self._begun = 0
        self._hulls = np.zeros(0, HULL)  # of incidents that can still be read
        self._first_rows = np.zeros(0, np.int64)  # of incidents that are not told yet
        self._known: Raw | None = None

    def settle(self, begun: list[tuple[Piece, Pending]], start: Callable[[Piece], Pending]) -> Told:
        """Take the answers for one period, have them worked out again until they agree."""
        pieces = [piece for piece, _ in begun]
        answers = [pending.result() for _, pending in begun]
        first, last = pieces[0].first, pieces[0].last
        rows = self._history.rows(first, last)
        again = 0
        while True:
            owner, begun_by = _owned(pieces, answers)
            self._history.remember(first, begun_by)
            hulls = _united(self._hulls, _hulls(begun_by, rows))
            wider = self._wider(pieces, answers, owner, hulls)
            if not wider:
                break
            again += len(wider)
            redone = {tile: start(piece) for tile, piece in wider.items()}
            for tile, pending in redone.items():
                pieces[tile], answers[tile] = wider[tile], pending.result()
        new = hulls["first_row"] >= first
        hulls["number"][new] = self._begun + np.arange(np.count_nonzero(new))
        self._begun += int(np.count_nonzero(new))
        numbers = hulls["number"][np.searchsorted(hulls["first_row"], begun_by)]
        ended = hulls["last_us"] < int(rows.at_us[-1]) - self._plan.reach.memory_us
        if last == self._plan.cuts[-1]:
            ended[:] = True
        self._learn(answers, hulls)
        self._hulls = hulls[~ended]
        return Told(first=first, numbers=numbers, found=self._tell(), again=again)

    def _wider(
        self, pieces: list[Piece], answers: list[Answer], owner: Integers, hulls: NDArray[Any]
    ) -> dict[int, Piece]:
        """Give the pieces that must be done again, seeing farther; none if all is proved."""
        wider: dict[int, Piece] = {}
        for tile, (piece, answer) in enumerate(zip(pieces, answers, strict=True)):
            wrong, unseen = self._doubts(piece, answer, hulls)
            early = answer.rows < piece.first
            longer = bool((wrong & early).any() or (unseen < answer.begin).any())
            broader = bool((wrong & ~answer.inside).any() or (unseen >= answer.begin).any())
            if not longer and not broader:
                continue
            whole_land, whole_time = (
                self._plan.sees_all_land(piece),
                self._plan.sees_all_time(piece),
            )
            if whole_land and whole_time:
                # This piece is one machine: the owners of the rows are wrong.
                if (wrong & early).any() or len(unseen):
                    raise RuntimeError(f"{piece}: it saw everything, yet proved rows are others")
                for other in np.unique(owner[answer.rows[wrong] - piece.first]).tolist():
                    wider[other] = _doubled(pieces[other], longer=True, broader=True)
                continue
            wider[tile] = _doubled(
                piece, longer=longer or whole_land, broader=broader or whole_time
            )
        return wider

    def _doubts(
        self, piece: Piece, answer: Answer, hulls: NDArray[Any]
    ) -> tuple[Booleans, Integers]:
        """Give which rows the piece puts elsewhere, and first rows of what it saw too little of."""
        joint = self._history.begun_by(answer.begin, piece.last)[answer.rows - answer.begin]
        could = hulls[piece.could_read(hulls)]
        place = np.searchsorted(could["first_row"], joint)
        place[place == len(could)] = 0
        mine = could["first_row"][place] == joint if len(could) else np.zeros(len(joint), bool)
        wrong = (answer.begun_by != joint) & (answer.read | mine)
        seen = np.bincount(place[mine], minlength=len(could))
        return wrong, could["first_row"][seen < could["count"]]

    def _learn(self, answers: list[Answer], hulls: NDArray[Any]) -> None:
        """Take over what is known now of the incidents that had a row in this period."""
        first_rows = np.concatenate([answer.first_row for answer in answers])
        order = np.argsort(first_rows)
        known: Raw = tuple(  # type: ignore[assignment]
            np.concatenate([getattr(answer, name) for answer in answers])[order]
            for name in ("lives", "spots", "kinds", "seen")
        )
        first_rows = first_rows[order]
        lives = known[0]
        lives["number"] = hulls["number"][np.searchsorted(hulls["first_row"], first_rows)]
        if self._known is not None:
            # How an incident began only the piece that owns its first row knows exactly.
            _, here, there = np.intersect1d(
                first_rows, self._first_rows, assume_unique=True, return_indices=True
            )
            for name in ("apart", "burst"):
                lives[name][here] = self._known[0][name][there]
            kept = np.ones(len(self._first_rows), bool)
            kept[there] = False
            first_rows = np.concatenate([self._first_rows[kept], first_rows])
            order = np.argsort(first_rows)
            first_rows = first_rows[order]
            before: tuple[NDArray[Any], ...] = self._known
            known = tuple(  # type: ignore[assignment]
                np.concatenate([old[kept], new])[order]
                for old, new in zip(before, known, strict=True)
            )
        self._first_rows, self._known = first_rows, known

    def _tell(self) -> Found:
        """Say what is known of incidents in order, as far as all of them have ended."""
        assert self._known is not None  # noqa: S101 - `_learn` was called just before
        live = self._hulls["first_row"]
        count = int(np.searchsorted(self._first_rows, live[0])) if len(live) else None
        rest = slice(count, None) if count is not None else slice(0, 0)
        lives, spots, kinds, seen = self._known
        found = assess(self._model, lives[:count], spots[:count], kinds[:count], seen[:count])
        self._first_rows = self._first_rows[rest].copy()
        self._known = (
            lives[rest].copy(),
            spots[rest].copy(),
            kinds[rest].copy(),
            seen[rest].copy(),
        )
        return found


def _doubled(piece: Piece, *, longer: bool, broader: bool) -> Piece:
    return replace(
        piece,
        halo_us=2 * max(piece.halo_us, piece.memory_us) if longer else piece.halo_us,
        margin_m=2 * max(piece.margin_m, MARGIN_M) if broader else piece.margin_m,
    )


def _owned(pieces: list[Piece], answers: list[Answer]) -> tuple[Integers, Integers]:
    """Give who owns each row of a period, and the first row of the incident he put it to."""
    first, last = pieces[0].first, pieces[0].last
    owner, begun_by = np.full(last - first, -1, np.int64), np.empty(last - first, np.int64)
    for tile, answer in enumerate(answers):
        own = answer.inside & (answer.rows >= first)
        owner[answer.rows[own] - first] = tile
        begun_by[answer.rows[own] - first] = answer.begun_by[own]
    return owner, begun_by


def _united(before: NDArray[Any], now: NDArray[Any]) -> NDArray[Any]:
    """Give the hulls of incidents that had rows before, now, or both, by first row."""
    both = np.concatenate([before, now])
    order = np.argsort(both["first_row"], kind="stable")
    both = both[order]
    starts = np.flatnonzero(np.diff(both["first_row"], prepend=-1))
    if not len(starts):
        return both
    united = both[starts]
    for name, ufunc in (
        ("west", np.minimum), ("south", np.minimum), ("east", np.maximum), ("north", np.maximum),
        ("last_us", np.maximum), ("count", np.add),
    ):  # fmt: skip
        united[name] = ufunc.reduceat(both[name], starts)
    return united


class Columns:
    """A history that is held in memory."""

    def __init__(self, detections: Detections) -> None:
        """Take all of it."""
        self._detections = detections
        self._begun_by = np.full(len(detections), -1, np.int64)

    def rows(self, first: int, last: int) -> Detections:
        """Give rows by index."""
        return self._detections.slice(first, last)

    def remember(self, first: int, begun_by: Integers) -> None:
        """Keep the first rows of the incidents of the rows from an index on."""
        self._begun_by[first : first + len(begun_by)] = begun_by

    def begun_by(self, first: int, last: int) -> Integers:
        """Give what was kept."""
        return self._begun_by[first:last]

    def plan(self, model: Model, periods: int, tiles: int) -> Plan:
        """Cut it into so many periods of as many rows each, and tiles."""
        seen = self._detections
        cuts = np.unique(np.linspace(0, len(seen), periods + 1).astype(int)).tolist()
        stated_m = np.zeros(len(model.lags))
        np.maximum.at(stated_m, seen.means, seen.sigma_m)
        world = Window(
            float(seen.east_m.min()), float(seen.north_m.min()),
            float(seen.east_m.max()) + 1, float(seen.north_m.max()) + 1,
        )  # fmt: skip
        return Plan(
            reach=reach_of(model, world, stated_m),
            boxes=boxes_of(seen.east_m, seen.north_m, tiles),
            cuts=tuple(cuts),
            began_us=tuple(seen.at_us[cuts[:-1]].tolist()),
        )

    def work_out(self, piece: Piece, model: Model) -> Answer:
        """Associate what a piece sees."""
        begin = int(np.searchsorted(self._detections.at_us, piece.sees_from_us))
        return work_out(piece, model, begin, self.rows(begin, piece.last))


def _hulls(labels: Integers, rows: Detections) -> NDArray[Any]:
    """Give the hull of each incident, in the order of the labels that occur."""
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.diff(labels[order], prepend=-1))
    hulls = np.zeros(len(starts), HULL)
    if len(starts):
        hulls["first_row"] = labels[order][starts]
        hulls["count"] = np.diff(starts, append=len(labels))
        hulls["last_us"] = np.maximum.reduceat(rows.at_us[order], starts)
        for name, column, ufunc in (
            ("west", rows.east_m, np.minimum),
            ("east", rows.east_m, np.maximum),
            ("south", rows.north_m, np.minimum),
            ("north", rows.north_m, np.maximum),
        ):
            hulls[name] = ufunc.reduceat(column[order], starts)
    return hulls
