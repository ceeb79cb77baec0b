"""The parts of the audit pack: a Chinese paper whoever makes it."""

VERIFY, ENTRIES, CLOSES, SAMPLES = "verify.csv", "entries.csv", "closes.csv", "samples.csv"
STUBS, DIFFERENCES, MISMATCHES, CONTROLS = "stubs.csv", "reconciliation.csv", "exceptions.csv", "controls.csv"
TESTS, APPROVALS, INDEX, MANIFEST = "control-tests.csv", "approvals.csv", "index.html", "MANIFEST.csv"
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    VERIFY: ("账目核验结果", ("核验项", "核对行数", "不符", "完成时间")),
    ENTRIES: ("凭证分录", ("小区", "日期", "凭证号", "来源", "摘要", "科目", "科目名称", "借方（元）", "贷方（元）")),
    CLOSES: ("结账与反结账", ("小区", "事项", "起", "止", "凭证数", "借方合计（元）", "校验值", "申请", "复核", "时间", "说明")),
    SAMPLES: ("每周抽查", ("小区", "周一", "种子", "本周收款笔数", "次序", "收据号", "收款金额（元）", "收款人", "结果", "底单金额（元）", "原因", "核对人", "核对时间")),
    STUBS: ("收据存根核对", ("小区", "月份", "首号", "末号", "收据数", "存根数", "金额（元）", "作废", "重打", "断号", "作废没写原因", "校验值", "核对人", "核对时间", "说明")),
    DIFFERENCES: ("渠道对账差异", ("小区", "渠道日", "类型", "单号", "我们（元）", "渠道（元）", "提出时间", "期限", "结果", "说明", "处理人", "处理时间")),
    MISMATCHES: ("内控异常", ("小区", "类型", "内容", "涉及", "提出人", "提出时间", "期限", "查到什么", "关闭人", "关闭时间")),
    CONTROLS: ("控制点登记", ("小区", "类别", "控制点", "标准", "频次", "负责人", "登记日期", "停用日期")),
    TESTS: ("控制点测试", ("小区", "控制点", "测试日期", "结果", "证据", "负责人", "测试人", "登记时间")),
    APPROVALS: ("资金审批", ("小区", "事项", "内容", "金额（元）", "原因", "申请人", "申请时间", "结果", "复核人", "复核时间", "意见")),
}
WHOLE_FIRM = "全企业"
PASSED = {True: "通过", False: "没通过"}
CLOSE_WORDS = {False: "结账", True: "反结账"}
NO_PROOF = "没有核验记录"
PACK_NAME = "审计包"
PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title><style>
body{{font:15px/1.6 system-ui,"Noto Sans CJK SC",sans-serif;max-width:960px;margin:40px auto;padding:0 20px;color:#1c2430}}
table{{border-collapse:collapse;width:100%}}th,td{{text-align:left;padding:7px 10px;border-bottom:1px solid #dde2e8;vertical-align:top}}
.r{{text-align:right;font-variant-numeric:tabular-nums}}code{{font-size:12px;overflow-wrap:anywhere;color:#566}}
</style></head><body><h1>{title}</h1><p>{organisation} · {place} · {first} 至 {last}</p><p>{proof}</p>
<table><thead><tr><th>内容</th><th>文件</th><th class="r">行数</th><th>SHA-256</th></tr></thead><tbody>
{rows}
</tbody></table><p>每个文件的校验值也在 MANIFEST.csv。同样的账再做一次，校验值相同；有一处不同，就是账变了或文件被改过。</p></body></html>
"""
PROOF = "账目核验：{found}，{at} 完成，共 {checks} 项。"
HOLDS, BROKEN = "全部相符", "发现 {count} 处不符"
