"""Who is who, kept up to date: what new facts, cuts and merges change in one site's graph.

All of it happens in one transaction that holds the site (graph.Rows.lock). A fact that is later than all others of
the clusters it touches joins them as they stand; anything else computes the clusters it touches again, from the facts.
Both give the same result, whatever the order of arrival (identity/clusters.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

from onebyone.identity.clusters import LOWEST, Clusters, Edge, Group, Refused, alone, broken_limit, resolve, united
from onebyone.identity.facts import Fact, Relation, earlier_and_later, edges_of, timeline_of
from onebyone.identity.nodes import Kind
from onebyone.identity.rules import Rules
from onebyone.identity.timeline import Timeline
from onebyone.state.graph import Cut, Node, Row, Rows

Pair = tuple[int, int]
_ROOTS_AT_ONCE = 64


class Joining:
    """One site's graph during one transaction."""

    def __init__(self, rows: Rows, rules: Rules) -> None:
        self._rows = rows
        self._rules = rules
        self._facts: dict[int, dict[tuple[int, int, int], Fact]] = {}  # all of a left, by key
        self._cuts: set[Pair] = set()
        self._lines: dict[int, Timeline] = {}
        self._edges: dict[int, dict[Pair, Edge]] = {}  # of a left
        self._owners: dict[int, int] = {}  # of shares of browsers
        self._nodes: dict[int, Node | None] = {}
        self._by_root: defaultdict[int, set[int]] = defaultdict(set)  # of the nodes known here
        self._whole: set[int] = set()  # roots whose members are all known here
        self._groups: dict[int, Group | None] = {}
        self._changed_groups: set[int] = set()
        self._fresh_roots: Iterator[int] = iter(())
        self._changed_nodes: set[int] = set()
        self._moved: set[int] = set()  # nodes whose person may be another now
        self._browsers: set[int] = set()  # whose timeline may be another now
        rows.lock()

    def add(self, facts: Iterable[Fact]) -> bool:
        """Whether they said anything new."""
        wanted = _combined(facts)
        self._load_nodes({f.right for f in wanted} | {f.left for f in wanted})
        wanted = [fact for fact in wanted if not (self._is_blocked(fact.right) or self._is_blocked(fact.left))]
        browsers = {fact.right for fact in wanted if fact.kinds[1] is Kind.BROWSER}
        self._load({fact.left for fact in wanted} | browsers)
        fresh = [fact for fact in map(self._merged, wanted) if fact != self._facts[fact.left].get(fact.key)]
        if not fresh:
            return False
        blocked = self._count(fresh)
        lefts = {fact.left for fact in fresh} | self._lefts_of(blocked)

        def put() -> None:
            self._rows.put_facts(fresh)
            for fact in fresh:
                self._facts[fact.left][fact.key] = fact
            for node in blocked:
                self._node(node).blocked = True

        self._change(lefts, put)
        self._moved |= blocked
        return True

    def cut(self, cut: Cut) -> None:
        """The pair is not joined by any fact, those to come included."""

        def put() -> None:
            self._rows.put_cut(cut)
            self._cuts.add((cut.left, cut.right))

        self._load({cut.left})
        self._change({cut.left}, put)

    def restore(self, left: int, right: int) -> None:
        def put() -> None:
            self._rows.drop_cut(left, right)
            self._cuts.discard((left, right))

        self._load({left})
        self._change({left}, put)

    def drop(self, facts: Iterable[Fact]) -> None:
        """Facts that must not be known any more."""
        gone = list(facts)
        self._load({fact.left for fact in gone})

        def put() -> None:
            for fact in gone:
                self._rows.drop_fact(fact)
                self._facts[fact.left].pop(fact.key, None)

        self._change({fact.left for fact in gone}, put)

    def facts(self, left: int) -> list[Fact]:
        """Everything that was said of it, cut or not."""
        self._load({left})
        return list(self._facts[left].values())

    def person(self, node: int) -> int:
        """0 for a value that names nobody."""
        self._load_nodes({node})
        found = self._nodes[node]
        if found is None:
            return node
        if found.blocked:
            return 0
        group = self._group(found.root) if found.root else None
        return group.person if group else node

    def finish(self) -> list[Row]:
        """Write what changed; the new versions of the rows that the store must know."""
        self._rows.put_nodes({number: self._node(number) for number in sorted(self._changed_nodes)})
        groups = {root: self._groups[root] for root in sorted(self._changed_groups)}
        self._rows.put_groups({root: group for root, group in groups.items() if group is not None})
        self._rows.drop_groups(root for root, group in groups.items() if group is None)
        self._load_nodes(self._moved)
        for node in self._moved:
            found = self._nodes[node]
            if found is not None and found.kind is Kind.BROWSER:
                self._browsers.add(found.owner)
        users = {node for node in self._moved if (found := self._nodes[node]) and found.kind is Kind.USER}
        self._load(self._browsers)
        self._know_owners()
        known = self._rows.rows(users | self._browsers)
        fresh = [self._user_row(node) for node in sorted(users)] + [self._row(b) for b in sorted(self._browsers)]
        versions = [after for row in fresh if (after := _version(known.get(row.visitor), row)) is not None]
        self._rows.put_rows(versions)
        return versions

    # facts

    def _load(self, lefts: Iterable[int]) -> None:
        missing = {left for left in lefts if left not in self._facts}
        if not missing:
            return
        for left in missing:
            self._facts[left] = {}
        for fact in self._rows.facts_left(missing):
            self._facts[fact.left][fact.key] = fact
        self._cuts |= {(cut.left, cut.right) for cut in self._rows.cuts(missing)}
        facts = [fact for left in missing for fact in self._facts[left].values()]
        self._load_nodes({fact.right for fact in facts if fact.right} | missing)
        self._load({fact.right for fact in facts if fact.kinds[1] is Kind.BROWSER})

    def _merged(self, fact: Fact) -> Fact:
        known = self._facts[fact.left].get(fact.key)
        if known is None:
            return fact
        both = earlier_and_later(known, fact)
        same = (both.first_ms, both.last_ms, both.hit, both.n) == (known.first_ms, known.last_ms, known.hit, known.n)
        return known if same else both

    def _count(self, fresh: list[Fact]) -> set[int]:
        """Note who was named by whom; the values that too many browsers share by now."""
        for fact in fresh:
            for number, kind, text in (
                (fact.left, fact.kinds[0], fact.left_text),
                (fact.right, fact.kinds[1], fact.text),
            ):
                if kind is not Kind.BROWSER and number:
                    self._ensure(number, kind, text)
        pairs = {(fact.left, fact.right) for fact in fresh if fact.kinds[0] is Kind.BROWSER and fact.right}
        for left, right in pairs:
            node = self._nodes.get(right)
            if node is not None and not any(known.right == right for known in self._facts[left].values()):
                node.lefts += 1
                self._changed_nodes.add(right)
        most = self._rules.browsers_of_value
        full = {right for _, right in pairs if (node := self._nodes.get(right)) and node.lefts > most}
        self._changed_nodes |= full
        return full

    def _lefts_of(self, nodes: set[int]) -> set[int]:
        lefts = {fact.left for fact in self._rows.facts_right(nodes)} | nodes if nodes else set()
        self._load(lefts)
        return lefts

    def _valid(self, left: int) -> list[Fact]:
        if self._is_blocked(left):
            return []
        return [
            fact
            for fact in self._facts[left].values()
            if (fact.left, fact.right) not in self._cuts and not self._is_blocked(fact.right)
        ]

    def _line(self, browser: int) -> Timeline:
        line = self._lines.get(browser)
        if line is None:
            self._lines[browser] = line = timeline_of(browser, self._valid(browser), self._rules)
            for span in line.spans:
                self._owners[span.node] = browser
        return line

    def _holder(self, browser: int, at_ms: int) -> int:
        return self._line(browser).holder(at_ms)

    def _edges_of(self, lefts: Iterable[int]) -> dict[Pair, Edge]:
        found: dict[Pair, Edge] = {}
        for left in lefts:
            if left not in self._edges:
                self._edges[left] = edges_of(self._valid(left), self._holder)
            for pair, edge in self._edges[left].items():
                if pair not in found or edge.rank < found[pair].rank:
                    found[pair] = edge
        return found

    def _change(self, lefts: set[int], put: Callable[[], None]) -> None:
        """Edges are compared before and after `put`; only what they touch is looked at."""
        browsers = {left for left in lefts if self._is_browser(left)}
        touched = lefts | {fact.left for fact in self._rows.facts_right(browsers)}
        self._load(touched)
        before = self._edges_of(touched)
        put()
        for left in touched:
            self._lines.pop(left, None)
            self._edges.pop(left, None)
        after = self._edges_of(touched)
        self._browsers |= {left for left in touched if self._is_browser(left)}
        gone = [edge for pair, edge in before.items() if pair not in after or after[pair].rank != edge.rank]
        fresh = [edge for pair, edge in after.items() if pair not in before or before[pair].rank != edge.rank]
        self._join(gone, sorted(fresh, key=lambda edge: edge.rank))

    def _is_browser(self, left: int) -> bool:
        node = self._nodes.get(left)
        return node is None or node.kind is Kind.BROWSER

    # nodes

    def _load_nodes(self, nodes: Iterable[int]) -> None:
        missing = {number for number in nodes if number not in self._nodes}
        if missing:
            self._nodes.update(dict.fromkeys(missing))
            self._know(self._rows.nodes(missing))

    def _know(self, nodes: dict[int, Node]) -> None:
        self._nodes.update(nodes)
        for number, node in nodes.items():
            if node.root:
                self._by_root[node.root].add(number)

    def _node(self, number: int) -> Node:
        node = self._nodes[number]
        if node is None:
            raise KeyError(number)
        return node

    def _is_blocked(self, number: int) -> bool:
        node = self._nodes.get(number)
        return node is not None and node.blocked

    def _ensure(self, number: int, kind: Kind, text: str = "", owner: int = 0) -> Node:
        self._load_nodes({number})
        node = self._nodes[number]
        if node is None:
            self._nodes[number] = node = Node(kind, text, owner)
            self._changed_nodes.add(number)
        elif text and not node.text:
            node.text = text
            self._changed_nodes.add(number)
        return node

    def _ends(self, edge: Edge) -> tuple[Node, Node]:
        owners = [self._owners.get(number, edge.fact[0]) if kind is Kind.BROWSER else 0
                  for number, kind in zip((edge.a, edge.b), edge.kinds, strict=True)]  # fmt: skip
        return self._ensure(edge.a, edge.kinds[0], owner=owners[0]), self._ensure(
            edge.b, edge.kinds[1], owner=owners[1]
        )

    def _group(self, root: int) -> Group | None:
        if root not in self._groups:
            self._groups[root] = None
            self._groups.update(self._rows.groups({root}))
        return self._groups[root]

    def _members(self, root: int) -> set[int]:
        if root not in self._whole:
            self._whole.add(root)
            self._know({n: node for n, node in self._rows.members({root}).items() if n not in self._nodes})
        return self._by_root[root]

    def _set_root(self, number: int, root: int) -> None:
        node = self._node(number)
        self._by_root[node.root].discard(number)
        node.root = root
        if root:
            self._by_root[root].add(number)
        self._changed_nodes.add(number)

    def _new_root(self) -> int:
        root = next(self._fresh_roots, 0)
        if not root:
            self._fresh_roots = iter(self._rows.new_roots(_ROOTS_AT_ONCE))
            root = next(self._fresh_roots)
        self._whole.add(root)
        return root

    def _put_group(self, root: int, group: Group | None) -> None:
        """None: there is no cluster of that name any more."""
        self._groups[root] = group
        self._changed_groups.add(root)

    def _load_groups(self, nodes: Iterable[int]) -> None:
        known = (self._nodes[number] for number in nodes)
        roots = {node.root for node in known if node and node.root and node.root not in self._groups}
        if roots:
            self._groups.update(dict.fromkeys(roots))
            self._groups.update(self._rows.groups(roots))

    # edges

    def _join(self, gone: list[Edge], fresh: list[Edge]) -> None:
        again = {node for edge in gone for node in (edge.a, edge.b)}
        ends = {node for edge in fresh for node in (edge.a, edge.b)} | again
        self._load_nodes(ends)
        self._load_groups(ends)
        for edge in fresh:
            if not self._append(edge):
                again |= {edge.a, edge.b}
        if again:
            self._recompute(again)

    def _append(self, edge: Edge) -> bool:
        """Join two clusters by their latest edge. False: it is not the latest, or two facts say the same."""
        a, b = self._ends(edge)
        group_a = (self._group(a.root) if a.root else None) or alone(edge.a, a.kind, edge.at_ms)
        group_b = (self._group(b.root) if b.root else None) or alone(edge.b, b.kind, edge.at_ms)
        if edge.rank <= max(group_a.last, group_b.last, LOWEST):
            return False
        if a.root and a.root == b.root:
            self._put_group(a.root, _seen(group_a, edge))
            return True
        limit = broken_limit(group_a, group_b, edge, self._rules)
        if limit:
            for number, node, group in ((edge.a, a, group_a), (edge.b, b, group_b)):
                if not node.root:
                    self._set_root(number, self._new_root())
                self._put_group(node.root, _seen(group, edge))
            self._rows.put_refused([Refused(edge, limit)])
            return True
        if group_b.size > group_a.size:
            a, b, group_a, group_b, edge = b, a, group_b, group_a, edge
        self._unite(edge, (a, b), (group_a, group_b))
        return True

    def _unite(self, edge: Edge, nodes: tuple[Node, Node], groups: tuple[Group, Group]) -> None:
        """The second cluster into the first, which is not smaller."""
        large, small = nodes
        both = united(*groups, edge, self._rules)
        root = large.root or self._new_root()
        moving = set(self._members(small.root)) if small.root else set()
        for number in {edge.a, edge.b}:
            if not self._node(number).root:
                moving.add(number)
        if small.root:
            self._put_group(small.root, None)
        for number in moving:
            self._set_root(number, root)
        self._moved |= moving
        if both.person != groups[0].person:
            self._moved |= self._members(root)
        self._put_group(root, both)

    def _recompute(self, seeds: set[int]) -> None:
        nodes, edges = self._component(seeds)
        persons = {number: self.person(number) for number in nodes}
        roots = {node.root for number in nodes if (node := self._nodes[number]) and node.root}
        clusters = resolve(edges.values(), self._rules)
        self._rows.drop_refused(nodes)
        self._rows.put_refused(clusters.refused)
        kept = self._rename(clusters, nodes)
        for root in roots | kept.keys():
            self._put_group(root, kept.get(root))
        self._moved |= {number for number in nodes if self.person(number) != persons[number]}

    def _component(self, seeds: set[int]) -> tuple[set[int], dict[Pair, Edge]]:
        """Everything that the seeds' clusters consist of, and what a refused edge connects them with."""
        nodes: set[int] = set()
        edges: dict[Pair, Edge] = {}
        waiting = set(seeds)
        while waiting:
            self._load_nodes(waiting)
            for root in {node.root for number in waiting if (node := self._nodes[number]) and node.root}:
                waiting |= self._members(root)
            waiting -= nodes
            nodes |= waiting
            found = {
                pair: edge for pair, edge in self._edges_of(self._lefts_at(waiting)).items()
                if edge.a in waiting or edge.b in waiting
            }  # fmt: skip
            for edge in found.values():
                self._load_nodes({edge.a, edge.b})
                self._ends(edge)
            edges |= found
            waiting = {node for edge in found.values() for node in (edge.a, edge.b)} - nodes
        return nodes, edges

    def _lefts_at(self, nodes: set[int]) -> set[int]:
        """Whose facts may touch these nodes."""
        browsers = {node.owner for n in nodes if (node := self._nodes[n]) and node.kind is Kind.BROWSER}
        browsers |= {self._owners[n] for n in nodes if n in self._owners}
        others = {n for n in nodes if (node := self._nodes[n]) and node.kind is not Kind.BROWSER}
        users = {n for n in others if self._node(n).kind is Kind.USER}
        lefts = browsers | users | {fact.left for fact in self._rows.facts_right(others | browsers)}
        self._load(lefts)
        return lefts

    def _rename(self, clusters: Clusters, nodes: set[int]) -> dict[int, Group]:
        """Each cluster keeps the name that most of its members had: few of them have to be written."""
        kept: dict[int, Group] = {}
        members = clusters.members()
        for root in sorted(members, key=lambda root: (-len(members[root]), root)):
            before = Counter(self._node(number).root for number in members[root])
            names = [name for name, _ in before.most_common() if name and name not in kept]
            name = names[0] if names else self._new_root()
            kept[name] = clusters.groups[root]
            for number in members[root]:
                if self._node(number).root != name:
                    self._set_root(number, name)
        for number in nodes - clusters.parents.keys():
            node = self._nodes[number]
            if node is not None and node.root:
                self._set_root(number, 0)
        return kept

    # rows of the store

    def _know_owners(self) -> None:
        spans = [span.node for browser in self._browsers for span in self._line(browser).spans]
        self._load_nodes(spans)
        self._load_groups(spans)

    def _user_row(self, number: int) -> Row:
        return Row(site=self._rows.site, visitor=number, kind=Kind.USER, person=self.person(number), version=0)

    def _row(self, browser: int) -> Row:
        line = self._line(browser)
        spans = [(span.start_ms, self.person(span.node), int(span.retro)) for span in line.spans]
        kept = [span for at, span in enumerate(spans) if at == 0 or span[1:] != spans[at - 1][1:]]
        starts, persons, retro = zip(*kept, strict=True)
        if len(kept) == 1 and not retro[0]:
            starts, persons, retro = (), (), ()
        return Row(
            site=self._rows.site, visitor=browser, kind=Kind.BROWSER, person=kept[-1][1], version=0, starts=starts,
            persons=persons, retro=retro,
        )  # fmt: skip


def _combined(facts: Iterable[Fact]) -> list[Fact]:
    found: dict[tuple[int, int, int], Fact] = {}
    for fact in facts:
        known = found.get(fact.key)
        found[fact.key] = fact if known is None else earlier_and_later(known, fact)
    return list(found.values())


def _seen(group: Group, edge: Edge) -> Group:
    return Group(group.first, group.counts, group.recent, max(group.last, edge.rank))


def _version(known: Row | None, row: Row) -> Row | None:
    """The next version, or None where nothing changed. What says no more than no row is a removed one."""
    plain = row.person == row.visitor and not row.starts
    if known is None and plain:
        return None
    version = known.version if known is not None else 0
    row = Row(
        site=row.site, visitor=row.visitor, kind=row.kind, person=row.person, version=version + 1, starts=row.starts,
        persons=row.persons, retro=row.retro, removed=int(plain),
    )  # fmt: skip
    if known is not None and (known.person, known.starts, known.persons, known.retro, known.removed) == (
        row.person, row.starts, row.persons, row.retro, row.removed,
    ):  # fmt: skip
        return None
    return row


def merge_fact(a: tuple[int, Kind], b: tuple[int, Kind], *, at_ms: int, by: str) -> Fact:
    """An operator says that two identifiers, browsers or users, are one person."""
    (left, left_kind), (right, right_kind) = sorted((a, b))
    return Fact(
        left=left, right=right, relation=Relation.MERGE, kinds=(left_kind, right_kind), first_ms=at_ms, last_ms=at_ms,
        by=by, bucket=0,
    )  # fmt: skip
