"""The audit trail in words people read: what an action is called, and what changed from what to what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from wuyefei.foundation.kernel.money import yuan_text

SUBJECTS = {
    "property": noop("房屋"), "building": noop("楼栋"), "entrance": noop("单元"), "vehicle": noop("车辆"),
    "meter": noop("仪表"), "person": noop("人员"), "tie": noop("关系"), "item": noop("收费项目"), "tariff": noop("收费标准"),
    "contract": noop("合同"), "line": noop("计费行"), "receipt": noop("收据"), "shift": noop("班次"), "audit": noop("审计记录"),
}  # fmt: skip
VERBS = {
    "create": noop("新建"), "bulk_create": noop("批量新建"), "update": noop("修改"), "end": noop("停用"),
    "activate": noop("生效"), "export": noop("导出"), "erase": noop("删除个人信息"),
}  # fmt: skip
STAGES = {
    "ask": noop("申请"), "approve": noop("复核通过"), "reject": noop("复核退回"), "cancel": noop("撤回申请"),
}  # fmt: skip
ACTIONS = {
    "building.housekeeper": noop("指定管家"), "property.attach": noop("车位归属"), "property.bulk_attach": noop("车位归属"),
    "corrections.draft": noop("补录价格，算差价"), "corrections.discard": noop("放弃差价更正"), "corrections.done": noop("差价已更正"), "corrections.export": noop("导出差价更正"),
    "corrections.undone": noop("差价更正已撤销"), "pricing.draft": noop("提出新价格"), "pricing.discard": noop("放弃新价格"),
    "pricing.done": noop("新价格已生效"), "tariff.take_back": noop("收回补录的价格"),
    "divisions.done": noop("账单已拆分到商铺"), "divisions.undone": noop("账单拆分已撤销"),
    "contract.cover": noop("合同批量计费"), "transfer.ask": noop("办理过户"), "transfer.done": noop("已过户"),
    "transfer.undone": noop("过户已撤销"), "transfer.statement": noop("打印交割单"), "billing.rebill": noop("账单拆分重出"),
    "payment.carry": noop("原收款转入拆分后的账单"), "payment.move_prepaid": noop("预存随过户转移"),
    "tie.take_back": noop("撤销过户的业主关系"), "tie.reopen": noop("恢复业主关系"),
    "contract.lines": noop("批量新建计费行"), "tariff.version": noop("新价格"), "tie.end": noop("结束关系"),
    "line.end": noop("结束计费"), "contract.end": noop("终止合同"), "receipt.void": noop("作废收据"),
    "receipt.reprint": noop("重打收据"), "receipt.download": noop("下载收据"), "payment.take": noop("收款"), "payment.void": noop("作废收款"),
    "payment.voided": noop("作废收款"), "payment.offset": noop("预存抵扣"), "payment.batch": noop("批量入账"),
    "payment.opening": noop("期初预存"),
    "billing.draft": noop("出账草稿"), "billing.pass": noop("核对账单行"), "billing.strike": noop("剔除账单行"),
    "billing.confirm": noop("确认出账"), "billing.publish": noop("发布账单"), "billing.published": noop("发布账单"),
    "billing.discard": noop("放弃出账"), "billing.reopen": noop("退回出账"), "billing.adjust": noop("调整应收"),
    "billing.reverse": noop("红冲应收"), "billing.waive": noop("减免违约金"), "billing.hold": noop("违约金停计"),
    "billing.end_hold": noop("恢复计违约金"), "billing.once": noop("临时收费"), "billing.opening": noop("期初欠费"),
    "billing.release": noop("结转收入"), "access.create_user": noop("新建用户"), "access.rename_user": noop("修改用户"),
    "access.end_user": noop("停用用户"), "access.restore_user": noop("恢复用户"), "access.grant_role": noop("授予角色"),
    "access.end_role": noop("收回角色"), "access.change_password": noop("修改密码"), "access.reset_password": noop("重置密码"),
    "access.enrol_second_factor": noop("绑定二次验证"), "access.reset_second_factor": noop("重置二次验证"),
    "access.create_community": noop("新建项目"), "access.change_community": noop("修改项目"),
    "access.create_region": noop("新建区域"), "access.change_region": noop("修改区域"),
    "access.create_organisation": noop("新建企业"), "access.end_community": noop("停用项目"),
    "access.unlock_user": noop("解除锁定"), "billing.pass_many": noop("批量核对账单行"),
    "cards.merchant": noop("登记收单商户号"), "cards.terminal": noop("登记刷卡终端"), "cards.end_terminal": noop("停用刷卡终端"), "cards.told": noop("补登刷卡参考号"),
    "cashdesk.reopen_shift": noop("交班退回"), "cashdesk.shift_accepted": noop("交班已复核"),
    "concessions.treat": noop("应急减免到账单"),
    "billing.export": noop("导出出账"), "billing.export_receivables": noop("导出应收"), "billing.void_run": noop("作废出账"),
    "intake.upload": noop("上传导入文件"), "intake.apply": noop("执行导入"), "intake.discard": noop("放弃导入"),
    "intake.errors_download": noop("下载导入错误"), "cashdesk.open_shift": noop("开班"), "cashdesk.hand_over": noop("交班"), "cashdesk.handover": noop("交班"),
    "cashdesk.accept_shift": noop("交班复核"), "cashdesk.charge": noop("临时收费"), "profile.save": noop("业主档案"),
    "profile.verify": noop("核实业主资料"), "profile.rule": noop("核实周期"),
    "profile.export": noop("导出待核实"), "jobs.run": noop("运行定时任务"), "books.verify": noop("核验账目"),
    "meter.install": noop("登记仪表底数"), "meter.readings": noop("抄表"), "meter.estimate": noop("估抄"),
    "meter.replace": noop("换表"), "meter.confirm": noop("核对读数"), "meter.void": noop("作废读数"), "meter.end": noop("拆表"),
    "contact.plan": noop("计划联系"), "contact.record": noop("登记联系"), "contact.close": noop("登记联系结果"),
    "contact.cancel": noop("取消联系计划"), "contact.wish": noop("记下联系意愿"), "contact.ground": noop("登记联系依据"),
    "contact.end_ground": noop("联系依据失效"), "contact.limits": noop("修改联系规则"), "contact.calendar_day": noop("修改节假日表"),
    "approvals.delegate": noop("委托复核"), "approvals.withdraw": noop("收回委托"), "approvals.limit": noop("修改复核额度"),
    "bank.import": noop("导入银行流水"), "bank.claim": noop("认领银行来款"), "bank.keep": noop("留在待查款"),
    "bank.return": noop("退回付款人"), "bank.unmatch": noop("撤销匹配"), "books.codes": noop("修改科目对照"),
    "cashdesk.slip": noop("登记缴款单"), "cashdesk.slip_void": noop("作废缴款单"), "cashdesk.slip_settled": noop("缴款到账"),
    "bank.remittance": noop("按汇款清单入账"),
    "bank.deposit_undone": noop("撤销认作缴存"), "bank.undeposit": noop("撤销缴存认领"), "cashdesk.slip_reopened": noop("缴款单回到在途"),
    "bank.deposit": noop("缴存到账"),
    "debit.sign": noop("登记代扣签约"), "debit.end": noop("代扣解约"), "debit.terms": noop("修改代扣设置"), "debit.batch": noop("生成代扣批次"),
    "debit.file": noop("下载报盘文件"), "debit.send": noop("报送代扣批次"), "debit.undo": noop("撤销代扣批次"), "debit.answer": noop("导入回盘"),
    "debit.give_up": noop("结束未回盘"), "debit.settle": noop("代扣到账"), "debit.unsettle": noop("撤销认作代扣到账"), "debit.accept": noop("多扣入账"),
    "bank.settlement": noop("渠道结算到账"), "recon.day": noop("渠道对账"), "recon.resolve": noop("处理对账差异"), "recon.write_off": noop("核销对账差异"),
    "recon.settled": noop("渠道结算到账"),
    "bank.paid_over": noop("项目间划转代收款"), "bank.paid_over_undone": noop("撤销项目间划转"),
    "refund.bank_file": noop("制作退款付款文件"), "payout.file": noop("生成付款文件"), "payout.download": noop("下载付款文件"),
    "payout.undo": noop("撤销付款文件"), "payout.answer": noop("导入付款回盘"), "payout.note": noop("登记付款结果"), "payout.correct": noop("更正后再付"),
    "recon.unsettle": noop("撤销认作结算款"), "recon.reopen": noop("差异重新打开"), "bank.settlement_undone": noop("撤销渠道结算到账"),
    "closing.close": noop("申请结账"), "closing.reopen": noop("申请反结账"), "closing.close_done": noop("结账"),
    "closing.reopen_done": noop("反结账"), "ledger.close": noop("账簿结账"), "ledger.reopen": noop("账簿反结账"),
    "watch.alert": noop("异常交易警报"), "watch.close": noop("关闭异常交易警报"),
    "reserve.draft": noop("计提坏账准备"), "reserve.assess": noop("评估大额欠费"), "reserve.approved": noop("坏账准备入账"),
    "reserve.discard": noop("放弃坏账计提"), "reserve.rates": noop("设定坏账准备比例"), "reserve.export": noop("导出坏账准备"),
    "control.draw": noop("抽取收款核对"), "control.check": noop("核对签字底单"), "control.tick": noop("核对收据存根"),
    "control.mismatch": noop("内控异常"), "control.settle": noop("关闭内控异常"), "control.register": noop("登记控制点"),
    "control.test": noop("测试控制点"), "control.end": noop("停用控制点"), "control.pack": noop("制作审计包"),
    "invoice.asked": noop("申请数电票"), "invoice.red_asked": noop("申请红字发票"), "invoice.setup": noop("修改开票设置"),
    "invoice.test": noop("测试开票接口"), "joint.open": noop("发起联合调解"), "joint.join": noop("案件加入联合调解"),
    "joint.leave": noop("案件退出联合调解"), "joint.meeting": noop("登记联席会议"), "joint.show": noop("向联办方出示"),
    "joint.visit": noop("登记联合走访"), "joint.work": noop("计划小修小补"), "joint.work_done": noop("小修小补完成"),
    "joint.close": noop("结束联合调解"), "legal.urging": noop("业委会督促设置"), "visits.number": noop("登记紧急电话"),
    "visits.papers": noop("打印上门资料"), "visits.route": noop("排上门路线"), "visits.skip": noop("改排上门"),
    "visits.start": noop("上门出发"), "visits.visited": noop("登记上门"),
    "minimums.run": noop("核对最低联系次数"), "minimums.answer": noop("说明漏联系的原因"), "minimums.export": noop("导出督办"),
    "drives.open": noop("开季末行动"), "drives.list": noop("列出季末行动名单"), "drives.close": noop("结束季末行动"), "drives.export": noop("导出季末行动"), "drives.pass": noop("转交行动名单"), "drives.passed_back": noop("收回行动名单"), "followup.first": noop("排首次跟进"),
    "followup.channels": noop("导出渠道比较"), "followup_files": noop("删除到期的催缴照片和语音"),
    "books.export": noop("导出账簿"), "books.vouchers": noop("导出凭证"), "legal.export": noop("导出法务案件"),
    "legal.followed": noop("登记送达后回访"), "legal.letter": noop("出具催款函"), "legal.open": noop("立案"),
    "legal.paid": noop("缴清结案"), "legal.paper": noop("出具文书"), "legal.posted": noop("登记交寄"), "legal.print": noop("打印催款函"),
    "privacy.consent": noop("登记同意"), "privacy.copy": noop("导出个人信息副本"), "privacy.retention": noop("修改保存年数"),
    "privacy.run": noop("删除期满的个人信息"),
    "concessions.propose": noop("提出分期"), "concessions.assess": noop("困难评估"), "concessions.agree": noop("分期通过"),
    "concessions.refuse": noop("分期未通过"), "concessions.replace": noop("分期重新协商"), "concessions.sign": noop("登记分期协议签署"),
    "concessions.breach": noop("分期违约"), "concessions.complete": noop("分期付清"), "concessions.export": noop("导出分期"),
    "concessions.measure": noop("应急减免"), "concessions.ask_measure": noop("提出应急政策"), "concessions.run_measure": noop("执行应急政策"),
    "concessions.refuse_measure": noop("应急政策未通过"), "concessions.end_measure": noop("结束应急政策"),
    "concessions.extra_service": noop("登记额外服务"), "concessions.year": noop("年付优惠"), "concessions.ask_year": noop("提出年付"), "concessions.bill_year": noop("年付出账"),
    "concessions.refuse_year": noop("年付未通过"), "concessions.year_earned": noop("年付付清"), "concessions.year_lapsed": noop("年付逾期作废"),
    "concessions.year_billed": noop("年付恢复待付款"), "concessions.year_terms": noop("修改年付优惠幅度"), "concessions.export_years": noop("导出年付"),
    "legal.written_off": noop("核销结案"), "concessions.mediation": noop("调解分期"), "concessions.write_off": noop("坏账核销"), "concessions.reduce": noop("判决或调解裁减"), "concessions.ask_given_up": noop("提出核销或裁减"),
    "concessions.given_up": noop("执行核销或裁减"), "concessions.refuse_given_up": noop("核销或裁减未通过"),
    "concessions.take_up_again": noop("已核销的恢复待收"), "concessions.export_given_up": noop("导出核销与裁减"),
    "relief.open": noop("开设基金或补贴"), "relief.ask_money": noop("提出基金入账"), "relief.money": noop("关爱基金入账"), "relief.claim": noop("银行来款记入基金"),
    "relief.refuse_money": noop("基金入账未通过"), "relief.undo_money": noop("撤销基金入账"), "relief.ask_aid": noop("提出资助"), "relief.assess": noop("困难评估"),
    "relief.aid": noop("执行资助"), "relief.refuse_aid": noop("资助未通过"), "relief.undo_aid": noop("撤销资助"), "relief.export": noop("导出资助"),
    "relief.care": noop("关爱资助"), "relief.pass": noop("补贴转付"), "payment.fund": noop("关爱基金、补贴支付"), "bank.fund": noop("银行来款记入基金"),
    "bank.fund_undone": noop("撤销记入基金"),
    "rewards.ask": noop("提出优惠活动"), "rewards.run": noop("优惠活动开始"), "rewards.refuse": noop("优惠活动未通过"), "rewards.end": noop("结束优惠活动"),
    "rewards.give": noop("活动发放"), "rewards.take_back": noop("活动礼品收回"), "rewards.export": noop("导出活动发放"), "concessions.campaign": noop("优惠活动"),
    "billing.write_off": noop("坏账核销"), "billing.recover": noop("收回已核销坏账"),
    "billing.ahead": noop("提前出账"), "concessions.limits": noop("修改分期限度"), "concessions.plan": noop("大额分期"), "concessions.hardship": noop("困难分期"),
    "legal.sms": noop("发催款函短信"), "legal.voided": noop("作废催款函"),
    "legal.cost": noop("登记诉讼费用"), "legal.cost_undone": noop("冲回诉讼费用"), "legal.dividend": noop("认定分配款"),
    "legal_cost": noop("诉讼费用"),
    "moment.source": noop("新增门禁电梯来源"), "moment.change": noop("修改门禁电梯来源"),
    "moment.secret": noop("更换门禁电梯密钥"), "notice.manner": noop("修改智能通知设置"),
    "notice.trial": noop("开始智能账单比较"), "notice.trial_end": noop("结束智能账单比较"),
    "notice.news": noop("登记社区预告"), "notice.news_end": noop("撤下社区预告"),
    "contact.export": noop("导出联系记录"), "notice.version": noop("编写通知模板"), "notice.version_approve": noop("批准通知模板"),
    "notice.version_reject": noop("退回通知模板"), "notice.carrier": noop("修改通知渠道"), "notice.address": noop("修改通知方式"),
    "notice.lead": noop("修改通知提前天数"), "notice.batch": noop("开始通知"), "notice.stop": noop("停止通知"),
    "notice.resume": noop("继续通知"), "notice.letters": noop("打印信函"), "notice.export": noop("导出没通知到的住户"),
    "account.accept": noop("接受邀请"), "account.bind": noop("绑定房屋"), "account.invite": noop("邀请家人租户"),
    "account.revoke": noop("收回授权"), "account.wechat": noop("取得微信标识"), "briefing.subscribe": noop("订阅每日简报"), "briefing.unsubscribe": noop("退订每日简报"), "statement.file": noop("公示附件"),
    "survey.open": noop("开始满意度调查"), "survey.answer": noop("满意度评价"), "survey.handle": noop("回访住户"), "account.unbind": noop("解除绑定"), "arrears.drop_view": noop("删除视图"),
    "arrears.export": noop("导出欠费台账"), "arrears.save_view": noop("保存视图"), "channel.close": noop("关闭支付订单"),
    "channel.confirmed": noop("支付订单到账"), "channel.order": noop("发起支付订单"), "channel.resolve": noop("处理收款异常"),
    "channel.setup": noop("设置支付渠道"), "channel.test": noop("测试支付渠道"), "payment.release": noop("退款前反核销"),
    "sheets.bill": noop("计费单入账"), "sheets.discard": noop("放弃计费单"), "sheets.draft": noop("计费单草稿"),
    "rules.choose": noop("选本地规则包"), "rules.consultation": noop("登记涨价征询"), "rules.confirm": noop("确认涨价征询"),
    "deposit.policy": noop("设定押金标准"), "turnover.declare": noop("录入营业额"), "turnover.confirm": noop("确认营业额"), "turnover.refuse": noop("退回营业额"),
    "sheets.export": noop("导出计费单"), "sheets.reopen": noop("退回计费单"), "statement.create": noop("新建收支公示"),
    "statement.publish": noop("发布收支公示"), "statement.save": noop("修改收支公示"), "target.drop": noop("撤销目标"),
    "inspection.note": noop("记巡检"), "inspection.sheet": noop("上传巡检表"), "inspection.ticket": noop("巡检关联工单"),
    "inspection.void": noop("作废巡检"), "inspection.export": noop("导出巡检记录"), "inspection": noop("巡检记录"),
    "visit_proofs": noop("删除到期的上门照片和签名"),
    "legal.ended": noop("破产程序终结"),
    "target.set": noop("设定目标"), "ticket.answer": noop("答复工单"), "ticket.close": noop("关闭工单"), "ticket.open": noop("新建工单"),
    "credit.reckon": noop("重新评级"), "credit.export": noop("导出业主信用"), "credit.choice": noop("登记评级意愿"),
    "credit.object": noop("提出信用异议"), "credit.withdraw": noop("撤回信用异议"), "credit.assign": noop("指定信用复核人"),
    "credit.decide": noop("答复信用异议"), "credit.free": noop("登记免费服务"), "credit.door": noop("开关信用对外提供"),
    "credit.shown": noop("对外提供信用等级"), "credit_show": noop("对外提供信用等级"), "ticket.sort_out": noop("改工单类别"),
    "risk.reckon": noop("重新分类"), "risk.export": noop("导出缴费分类"), "followup.log": noop("登记催缴结果"),
    "followup.assign": noop("分派催缴案件"), "followup.lane": noop("进入绿色通道"), "followup.lane_end": noop("退出绿色通道"),
    "objection.keep": noop("登记异议"), "objection.comparable": noop("登记可比小区价格"),
    "followup.unassign": noop("退回分派"), "followup.policy": noop("编写催缴节奏"), "followup.draft": noop("排出催缴步骤"),
    "followup.release": noop("放行催缴步骤"), "followup.adjust": noop("调整催缴步骤"), "followup.drop": noop("今天不办的催缴步骤"),
    "sharing.agree": noop("约定分摊缴费人"), "sharing.end": noop("结束分摊约定"), "sharing.reopen": noop("恢复分摊约定"),
    "deposits.describe": noop("修改押金说明"), "deposits.ask": noop("申请退还押金"), "deposits.return": noop("退还押金"), "deposits.refused": noop("押金退还未通过"),
    "deposits.back": noop("押金退款取消"), "deposits.hand_over": noop("押金随房屋转移"),
    "followup.attach": noop("附上照片或语音"), "followup.script": noop("编写催缴话术"), "followup.export": noop("导出催缴案件"),
}  # fmt: skip
FIELDS = {
    "measure": noop("应急减免"), "communities": noop("小区"), "percent": noop("减免百分比"), "deferral_months": noop("缓缴月数"),
    "what": noop("服务"), "times": noop("次数"), "cost_fen": noop("费用"),
    "early_months": noop("早付提前几个月"), "early_percent": noop("早付优惠百分比"), "near_months": noop("近付提前几个月"),
    "near_percent": noop("近付优惠百分比"), "delivery_percent": noop("新交付优惠百分比"), "delivery_days": noop("新交付优惠在交付后多少天内"),
    "delivery_pay": noop("新交付优惠的付款天数"), "off_fen": noop("优惠"), "list_fen": noop("原价"), "deadline": noop("付清期限"),
    "year": noop("年付"), "policy_least": noop("大额分期最少期数"), "policy_most": noop("大额分期最多期数"), "hardship_least": noop("困难分期最少期数"),
    "hardship_most": noop("困难分期最多期数"), "large_fen": noop("大额分期的本金起点"), "relief_least": noop("违约金减免最少百分比"),
    "relief_most": noop("违约金减免最多百分比"), "first_within": noop("首期最迟天数"),
    "relief_percent": noop("违约金减免百分比"), "relief_fen": noop("减免的违约金"), "breached_on": noop("违约日期"), "signed_on": noop("签署日期"),
    "part_count": noop("期数"), "bills": noop("账单"), "plan": noop("分期"), "hold_to": noop("停计止日"), "first_due_on": noop("首期到期日"),
    "seat": noop("席位"), "agreed": noop("同意"), "open_fen": noop("未付"), "total_fen": noop("本金"),
    "name": noop("名称"), "number": noop("编号"), "code": noop("编号"), "kind": noop("类型"), "title": noop("名称"),
    "area_m2": noop("建筑面积"), "inner_area_m2": noop("套内面积"), "delivered_on": noop("交付日期"), "vacant": noop("空置"),
    "floor": noop("楼层"), "layout": noop("户型"), "external_ref": noop("外部编号"), "ended_on": noop("停用日期"),
    "starts_on": noop("起始日期"), "ends_on": noop("终止日期"), "attached_to": noop("归属"), "housekeeper": noop("管家"),
    "plate": noop("车牌号"), "model": noop("车型"), "colour": noop("颜色"), "mobile": noop("手机号"),
    "identity": noop("证件号码"), "bank": noop("银行账号"), "remark": noop("备注"), "role": noop("关系"),
    "property": noop("房屋"), "property_id": noop("房屋"), "person_id": noop("人员"), "contract": noop("合同"),
    "tariff": noop("收费标准"), "item": noop("收费项目"), "method": noop("计费方式"), "basis": noop("面积口径"),
    "per_unit": noop("单价"), "fixed": noop("固定金额"), "effective_from": noop("生效日期"), "note": noop("说明"),
    "nature": noop("款项性质"), "tax_rate": noop("税率"), "state": noop("状态"), "cycle_months": noop("收费周期（月）"),
    "cycle_anchor": noop("周期起算月"), "due_day": noop("缴费日"), "due_month": noop("缴费月"),
    "late_fee_rate": noop("违约金日比例"), "late_fee_cap": noop("违约金上限"), "late_fee_clause": noop("违约金条款"),
    "fee_clause": noop("收费条款"), "allocation_order": noop("核销顺序"), "convention": noop("计费天数"),
    "price_regime": noop("价格形式"), "ceiling_per_m2": noop("指导价上限"), "service_grade": noop("服务等级"),
    "dispute_path": noop("争议解决"), "channels": noop("缴费渠道"), "quantity": noop("数量"), "kinds": noop("房屋类型"),
    "buildings": noop("楼栋"), "created": noop("新建"), "skipped": noop("跳过"), "without_area": noop("缺面积"),
    "count": noop("条数"), "first": noop("第一条"), "last": noop("最后一条"), "amount_fen": noop("金额"),
    "receipt": noop("收据"), "lines": noop("行数"), "rows": noop("行数"), "payments": noop("笔数"), "reason": noop("原因"),
    "vehicles_ended": noop("一并停用的车辆"), "detached": noop("一并解除的归属"), "username": noop("账号"),
    "building_id": noop("楼栋"), "entrance_id": noop("单元"), "line_count": noop("行数"), "period": noop("账期"),
    "tenders": noop("收款方式"), "change_fen": noop("找零"), "prepayment_fen": noop("转入预存"), "float_fen": noop("备用金"),
    "counted_fen": noop("实点"), "expected_fen": noop("应有"), "difference_fen": noop("差额"), "shift": noop("班次"),
    "payment": noop("收款"), "receivable": noop("应收"), "starts": noop("起"), "to": noop("止"), "region": noop("区域"), "filter": noop("筛选"), "gaps": noop("缺缴费人或面积"),
    "address": noop("地址"), "receipt_prefix": noop("收据字头"), "community": noop("项目"), "is_active": noop("在用"),
    "pay_method": noop("缴费方式"), "ebill": noop("电子账单"), "score": noop("满意度"), "details": noop("选填资料"),
    "group": noop("核实内容"), "verified_on": noop("核实日期"), "document": noop("所见证件"), "months": noop("几个月一次"),
    "grace_days": noop("宽限天数"),
    "up_to": noop("复核额度"), "taker": noop("受托人"), "withdrawn_at": noop("收回时间"),
}  # fmt: skip
_RANK = {name: rank for rank, name in enumerate(FIELDS)}
VALUES = {
    "residential": noop("住宅"), "shop": noop("商铺"), "office": noop("写字楼"), "parking": noop("车位"),
    "storage": noop("储藏室"), "owner": noop("业主"), "tenant": noop("租户"), "developer": noop("建设单位"),
    "payer": noop("缴费人"), "individual": noop("个人"), "company": noop("单位"), "draft": noop("草稿"),
    "active": noop("生效"), "ended": noop("已终止"), "area": noop("按面积"), "fixed_area": noop("固定金额加面积"),
    "building": noop("建筑面积"), "inner": noop("套内面积"), "income": noop("自有收入"), "pass_through": noop("代收代付"),
    "deposit": noop("押金"), "market": noop("市场调节价"), "guided": noop("政府指导价"), "court": noop("诉讼"),
    "arbitration": noop("仲裁"), "calendar": noop("按当月实际天数"), "thirty": noop("每月按 30 天"), "law": noop("法定顺序"),
    "principal": noop("先本金"), "cash": noop("现金"), "card": noop("POS 刷卡"), "scan": noop("扫码"),
    "transfer": noop("银行转账"), "prepaid": noop("预存抵扣"), "opening": noop("期初"), "wechat": noop("微信支付"),
    "alipay": noop("支付宝"), "debit": noop("银行代扣"), "handed_over": noop("待复核"), "accepted": noop("已交班"),
    "open": noop("进行中"), "published": noop("已发布"), "confirmed": noop("待发布"), "discarded": noop("已放弃"),
}  # fmt: skip
IN_FEN = frozenset({"tenders"})
"""Names of tables of sums in fen."""
HIDDEN = ("locked", "sort_key")
"""``locked`` holds the change of a person under that person's key: unreadable here, and meant to be."""


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    before: str
    after: str


def action_text(action: str) -> str:
    """``property.update`` → 修改房屋; a name not known here stands as it is."""
    if action in ACTIONS:
        return _(ACTIONS[action])
    stem, _dot, last = action.rpartition(".")
    if last in STAGES and stem:
        return f"{action_text(stem)} · {_(STAGES[last])}"
    if last in VERBS and stem in SUBJECTS:
        return f"{_(VERBS[last])}{_(SUBJECTS[stem])}"
    return action


def value_text(name: str, value: Any) -> str:
    """One value as people read it; money in yuan where the name says fen."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, int) and name.endswith("_fen"):
        return yuan_text(value)
    if isinstance(value, list):
        return "、".join(value_text("", item) for item in value) or "—"
    if isinstance(value, dict):
        word = "fen_fen" if name in IN_FEN else ""
        return "；".join(f"{value_text('', key)} {value_text(word or str(key), item)}" for key, item in value.items()) or "—"
    text = str(value)
    return _(VALUES[text]) if text in VALUES else text


def label_text(name: str) -> str:
    return _(FIELDS[name]) if name in FIELDS else name


def changes(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[Change]:
    """What differs, one line a field, in the order of ``FIELDS``: the stored form keeps none."""
    was, now = before or {}, after or {}
    names = [name for name in {**was, **now} if name not in HIDDEN and was.get(name) != now.get(name)]
    names.sort(key=lambda name: (_RANK.get(name, len(_RANK)), name))
    return [
        Change(label_text(name), value_text(name, was[name]) if name in was else "", value_text(name, now.get(name)))
        for name in names
    ]
