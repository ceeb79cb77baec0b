"""Who plays in the demo: firms, regions, communities and staff. All invented."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from wuyefei.foundation.access.rules import Role


@dataclass(frozen=True)
class Plan:
    """A floor plan: what it is called, and its built area in m²."""

    layout: str
    area: str


@dataclass(frozen=True)
class Block:
    """Buildings of one shape, named by ``name.format(n)``: ``floors`` × the plans, side by side, an entrance.

    ``units`` is how many properties there are in all; without ``entrances`` a number stands in the building itself.
    """

    name: str
    units: int
    entrances: int
    floors: int
    plans: tuple[Plan, ...]
    kind: str = "residential"

    @property
    def a_building(self) -> int:
        return max(1, self.entrances) * self.floors * len(self.plans)


@dataclass(frozen=True)
class Place:
    """A community. Prices in yuan a month: per m², per parking space. ``since``: months before today its contract
    began, None for the whole history; ``raised``: the price per m² after the change of price, if there was one."""

    name: str
    prefix: str
    address: str
    region: str
    cycle_months: int
    due_day: int
    per_m2: Decimal
    parking: Decimal
    blocks: tuple[Block, ...]
    spaces: int = 0
    shop_per_m2: Decimal = Decimal(0)
    office_per_m2: Decimal = Decimal(0)
    delivered_year: int = 2016
    raised: Decimal | None = None
    since: int | None = None
    age: str = "new"
    desk: bool = True

    @property
    def size(self) -> int:
        return sum(block.units for block in self.blocks) + self.spaces


@dataclass(frozen=True)
class Staff:
    username: str
    name: str
    role: Role
    communities: tuple[str, ...] = ()
    region: str = ""


@dataclass(frozen=True)
class Firm:
    name: str
    seal: str
    regions: tuple[str, ...]
    places: tuple[Place, ...]
    people: tuple[Staff, ...] = field(default=())


def plans(*pairs: str) -> tuple[Plan, ...]:
    """``"三室两厅两卫 118.36"`` → a plan."""
    return tuple(Plan(*pair.split()) for pair in pairs)


SOUTH, WEST = "江南区域", "湖西区域"

GROUP = Firm(
    "澜庭物业集团",
    "澜庭物业服务集团有限公司",
    (SOUTH, WEST),
    (
        Place(
            "澜溪花园", "LX", "临江市溪口路 18 号", SOUTH, 3, 15, Decimal("2.60"), Decimal("120"),
            (Block("{}栋", 1248, 2, 26, plans("两室两厅一卫 89.55", "三室两厅两卫 118.36", "四室两厅两卫 142.08")),),
            spaces=420, raised=Decimal("2.85"),
        ),
        Place(
            "梧桐里", "WT", "临江市梧桐巷 6 号", SOUTH, 1, 10, Decimal("0.95"), Decimal("0"),
            (Block("{}幢", 432, 3, 6, plans("两室一厅一卫 56.20", "三室一厅一卫 71.84")),), delivered_year=1998, age="old",
        ),
        Place(
            "云上公馆", "YS", "临江市云岭大道 99 号", SOUTH, 3, 20, Decimal("4.60"), Decimal("260"),
            (Block("{}座", 96, 1, 1, plans("联排别墅 236.40", "联排别墅 228.75", "双拼别墅 286.10", "双拼别墅 291.62")),), spaces=96,
            delivered_year=2019,
        ),
        Place(
            "锦川天地", "JC", "临江市湖西路 266 号", WEST, 3, 15, Decimal("3.10"), Decimal("150"),
            (
                Block("{}栋", 864, 1, 27, plans("一室一厅一卫 52.36", "两室两厅一卫 88.90", "三室两厅两卫 116.45", "三室两厅两卫 125.70")),
                Block("商街{}号楼", 124, 0, 2, plans("临街铺 46.80", "临街铺 62.50", "临街铺 88.30", "临街铺 135.60"), "shop"),
            ),
            spaces=260, shop_per_m2=Decimal("6.80"), delivered_year=2020,
        ),
        Place(
            "临江中心", "LJ", "临江市江滨大道 1 号", WEST, 1, 10, Decimal("0"), Decimal("320"),
            (Block("{}座", 324, 0, 27, plans("标准办公 96.50", "标准办公 128.30", "大开间 216.75", "边套办公 168.40", "标准办公 112.60", "标准办公 84.20"),
                   "office"),),
            spaces=120, office_per_m2=Decimal("12.50"), delivered_year=2017,
        ),
        Place(
            "望舒府", "WS", "临江市望舒街 8 号", WEST, 1, 25, Decimal("3.40"), Decimal("0"),
            (Block("{}栋", 396, 1, 33, plans("三室两厅两卫 105.48", "三室两厅两卫 118.92", "四室两厅两卫 139.66")),), since=1, desk=False,
        ),
    ),
    (
        Staff("gaoyuan", "高远", Role.GROUP_MANAGER),
        Staff("xumo", "许默", Role.PROJECT_MANAGER, ("澜溪花园",)),
        Staff("hanye", "韩野", Role.PROJECT_MANAGER, ("梧桐里",)),
        Staff("qinchuan", "秦川", Role.PROJECT_MANAGER, region=WEST),
        Staff("shenruolan", "沈若兰", Role.CASHIER),
        Staff("tangli", "唐梨", Role.CASHIER, ("锦川天地", "临江中心")),
        Staff("fangzhou", "方舟", Role.FINANCE),
        Staff("wenjing", "文静", Role.FINANCE_LEAD),
        Staff("luzhixing", "陆知行", Role.COLLECTOR),
        Staff("anran", "安然", Role.HOUSEKEEPER, ("澜溪花园",)),
        Staff("xiaman", "夏蔓", Role.HOUSEKEEPER, ("澜溪花园", "云上公馆")),
        Staff("mubai", "穆柏", Role.HOUSEKEEPER, ("锦川天地",)),
        Staff("yanmin", "严敏", Role.LEGAL),
        Staff("zhengyan", "郑言", Role.AUDITOR),
        Staff("guanli", "管理员甲", Role.ADMINISTRATOR),
    ),
)  # fmt: skip

SMALL = Firm(
    "青禾物业",
    "临江市青禾物业服务有限公司",
    (),
    (
        Place(
            "青禾里", "QH", "临江市青禾路 2 号", "", 1, 15, Decimal("1.80"), Decimal("100"),
            (Block("{}幢", 308, 2, 11, plans("两室一厅一卫 64.00", "两室两厅一卫 82.75", "三室两厅一卫 97.10", "三室两厅两卫 110.33")),),
            spaces=80, delivered_year=2009,
        ),
    ),
    (
        Staff("qh_caiwu", "青禾财务", Role.FINANCE),
        Staff("qh_zhuguan", "青禾主管", Role.FINANCE_LEAD),
        Staff("qh_shouyin", "青禾收银", Role.CASHIER),
        Staff("qh_guanli", "青禾管理员", Role.ADMINISTRATOR),
    ),
)  # fmt: skip
FIRMS = (GROUP, SMALL)
FULL = sum(place.size for firm in FIRMS for place in firm.places)
"""How many properties the company has at its full size."""
LARGEST = 25_000
"""Above so many properties a copy of every community is added, rather than let one outgrow all real ones."""
_NUMERALS = "一二三四五六七八九"


def scaled(properties: int) -> tuple[Firm, ...]:
    """The firms with about so many properties in all. Every block keeps at least two of them."""
    copies = max(1, round(properties / LARGEST))
    share = properties / copies / FULL
    return tuple(
        replace(firm, places=tuple(_scaled(place, share, copy) for copy in range(1, copies + 1) for place in firm.places))
        for firm in FIRMS
    )


def _scaled(place: Place, share: float, copy: int) -> Place:
    blocks = tuple(replace(block, units=max(2, round(block.units * share))) for block in place.blocks)
    spaces = max(1, round(place.spaces * share)) if place.spaces else 0
    spaces = min(spaces, sum(block.units for block in blocks))
    if copy == 1:
        return replace(place, blocks=blocks, spaces=spaces)
    return replace(place, blocks=blocks, spaces=spaces, name=f"{place.name}{_numeral(copy)}期", prefix=f"{place.prefix}{copy}")


def _numeral(number: int) -> str:
    """2 → 二, 12 → 十二, 40 → 四十."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else ("" if tens == 1 else _NUMERALS[tens - 1]) + "十"
    return head + (_NUMERALS[ones - 1] if ones else "")
