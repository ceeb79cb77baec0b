"""Measures that may never be taken against a debtor, or only with a recorded ground (product row G8)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Ground(StrEnum):
    """A recorded fact that makes a measure lawful."""

    NEVER = "never"
    CREDIT = "credit_ground"
    LAWYER_CLAUSE = "lawyer_fee_clause"
    LATE_FEE_CLAUSE = "late_fee_clause"


@dataclass(frozen=True, slots=True)
class Ban:
    """A forbidden measure: what it is, the sources, what may be done instead, what would make it lawful."""

    name: str
    sources: tuple[str, ...]
    instead: str
    ground: Ground = Ground.NEVER


_SUPPLY, _COMMON, _HOME = ("civil_944_3", "property_44"), ("civil_944_3", "civil_273"), ("civil_944_3", "civil_272")
_NAMING = ("pipl_25", "civil_1024", "civil_1032")
_DEMAND, _SUE = "书面催告，写明金额和合理期限", "催告期满后起诉或者申请仲裁"

BANS: dict[str, Ban] = {
    "cut_water": Ban("停水、限水", _SUPPLY, _DEMAND),
    "cut_power": Ban("停电、限电", _SUPPLY, _DEMAND),
    "cut_heat": Ban("停暖、关阀", _SUPPLY, _DEMAND),
    "cut_gas": Ban("停气", _SUPPLY, _DEMAND),
    "refuse_topup": Ban("不给充值水电卡", _SUPPLY, _DEMAND),
    "cut_network": Ban("剪断网线、有线电视", ("civil_944_3", "civil_267"), _DEMAND),
    "cut_lift": Ban("停电梯、限制电梯卡", _COMMON, _DEMAND),
    "block_gate": Ban("不让进小区、单元门", ("civil_944_3", "civil_272", "civil_1003"), _DEMAND),
    "disable_card": Ban("停用门禁卡、人脸", _HOME, _DEMAND),
    "withhold_keys": Ban("扣押钥匙、不交房", _HOME, _DEMAND),
    "change_lock": Ban("换锁、堵锁眼", ("civil_267", "civil_1033_2", "criminal_245"), _SUE),
    "block_parking": Ban("不让车辆进出、锁车、堵车位", ("civil_944_3", "civil_267"), _DEMAND),
    "withhold_fitout": Ban("不办装修手续", _HOME, "装修手续照办，另行催告"),
    "withhold_move": Ban("不开放行条、不让搬家", ("civil_272", "civil_1003"), "放行，另行催告或者起诉"),
    "block_visitors": Ban("不让访客、快递、家政进入", _HOME, _DEMAND),
    "refuse_repair": Ban("不修共用部位、拖延报修", ("civil_942",), "照常维修，另行催告"),
    "stop_service": Ban("对这一户停止服务", ("civil_942", "civil_944_3"), "照常服务，催告后起诉"),
    "stop_rubbish": Ban("不收这一户的垃圾", ("civil_942", "civil_944_3"), _DEMAND),
    "name_in_public": Ban("公开张贴欠费名单", _NAMING, "只公布不含个人信息的收缴率"),
    "name_in_group": Ban("在业主群里点名", _NAMING, "一对一发给本人"),
    "open_notice": Ban("门上张贴看得见内容的催缴单", ("pipl_25", "civil_1032"), "装入信封投递给本人"),
    "loudspeaker": Ban("广播、横幅、喊话催缴", ("civil_1024", "civil_1033_1"), "一对一联系本人"),
    "name_children": Ban("告诉孩子或者学校", ("civil_1032", "pipl_31"), "只联系缴费人本人"),
    "credit_threat": Ban("以上征信、失信名单相威胁", ("credit_13", "credit_15"), "只说可以依法起诉", Ground.CREDIT),
    "lawyer_fee": Ban("要求承担律师费", ("civil_509", "civil_585"), "合同没有约定的，不提律师费", Ground.LAWYER_CLAUSE),
    "late_fee": Ban("要求支付违约金", ("civil_585",), "合同没有违约金条款的，只催本金", Ground.LATE_FEE_CLAUSE),
    "threat": Ban("威胁、恐吓", ("order_50_1", "order_50_5"), "说明事实、金额和期限"),
    "insult": Ban("辱骂、贬损", ("civil_1024",), "平和说明事实"),
    "harass": Ban("连续拨打、纠缠、跟踪", ("civil_1033_1", "order_50_5"), "按频次上限另约时间"),
    "false_court": Ban("冒充法院、公安、律师", ("criminal_279", "pipl_5"), "以本企业名义，写明姓名和工号"),
    "false_facts": Ban("虚报金额、编造已经起诉", ("pipl_5", "civil_509"), "按账单写明金额和依据"),
    "enter_home": Ban("未经同意进入住宅", ("civil_1033_2", "criminal_245"), "在门外或者前台面谈"),
    "film_home": Ban("拍摄室内、窥视", ("civil_1033_2", "civil_1019"), "经同意后只记录谈话"),
    "detain": Ban("不让离开、扣留证件", ("civil_1003", "criminal_238"), "对方随时可以离开"),
    "seize_goods": Ban("搬走、扣押财物抵费", ("civil_267",), "取得判决后申请法院执行"),
    "use_fund": Ban("以维修资金、维修投票为条件", ("civil_281", "property_53"), "维修资金与物业费分开办理"),
    "bar_vote": Ban("不让投票、不让参选", ("civil_278",), "投票权照常行使"),
    "use_cameras": Ban("用监控、门禁记录追踪本人", ("pipl_26", "pipl_6"), "用登记的联系方式联系"),
    "buy_data": Ban("买来或者打听的号码、住址", ("pipl_10", "criminal_253"), "只用本人登记的联系方式"),
    "share_data": Ban("把欠费信息交给无关的人", ("pipl_23", "pipl_10"), "取得本人单独同意，或者依法起诉"),
    "extra_deposit": Ban("另收押金、加收服务费", ("dispute_2", "civil_509"), "只收合同约定的费用"),
    "force_consent": Ban("不同意收集个人信息就不服务", ("pipl_16",), "照常服务，另行征求同意"),
}  # fmt: skip
