"""The rights there are, and what people call them. Pure."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    ESTATE_VIEW = "estate.view"
    ESTATE_EDIT = "estate.edit"
    PERSON_REVEAL = "person.reveal"
    PROFILE_VERIFY = "profile.verify"
    IMPORT = "intake.import"
    METER_READ = "meter.read"
    METER_CONFIRM = "meter.confirm"
    TARIFF_EDIT = "tariff.edit"
    CONTRACT_EDIT = "contract.edit"
    BILLING_VIEW = "billing.view"
    BILLING_DRAFT = "billing.draft"
    BILLING_CONFIRM = "billing.confirm"
    BILLING_PUBLISH = "billing.publish"
    ADJUST_REQUEST = "adjust.request"
    ADJUST_APPROVE = "adjust.approve"
    CONCESSION_EDIT = "concession.edit"
    HARDSHIP_PROJECT = "hardship.project"
    HARDSHIP_SERVICE = "hardship.service"
    HARDSHIP_FINANCE = "hardship.finance"
    CASHDESK = "cashdesk.use"
    PAYMENT_VIEW = "payment.view"
    PAYMENT_BATCH = "payment.batch"
    PAYMENT_VOID_REQUEST = "payment.void_request"
    PAYMENT_VOID_APPROVE = "payment.void_approve"
    SLIP_MAKE = "slip.make"
    MANDATE_SIGN = "mandate.sign"
    DEBIT_WORK = "debit.work"
    SHIFT_APPROVE = "shift.approve"
    PAY_ONLINE = "payment.online"
    CHANNEL_SETUP = "channel.setup"
    CHANNEL_WORK = "channel.work"
    REFUND_REQUEST = "refund.request"
    REFUND_APPROVE = "refund.approve"
    RECEIPT_REPRINT = "receipt.reprint"
    INVOICE_REQUEST = "invoice.request"
    INVOICE_ISSUE = "invoice.issue"
    INVOICE_SETUP = "invoice.setup"
    SERVICE_HANDLE = "service.handle"
    SURVEY_WORK = "survey.work"
    DISCLOSURE_EDIT = "disclosure.edit"
    DISCLOSURE_APPROVE = "disclosure.approve"
    LEDGER_VIEW = "ledger.view"
    BOOKS_SETUP = "books.setup"
    CLOSE_REQUEST = "close.request"
    CLOSE_APPROVE = "close.approve"
    CONTROL_VIEW = "control.view"
    CONTROL_WORK = "control.work"
    CONTROL_EDIT = "control.edit"
    CONTROL_TEST = "control.test"
    RESERVE_WORK = "reserve.work"
    RESERVE_APPROVE = "reserve.approve"
    REPORT_VIEW = "report.view"
    TARGET_EDIT = "target.edit"
    CONTACT_VIEW = "contact.view"
    CONTACT_RECORD = "contact.record"
    CONTACT_MANAGE = "contact.manage"
    NOTICE_VIEW = "notice.view"
    NOTICE_SEND = "notice.send"
    NOTICE_APPROVE = "notice.approve"
    CLASS_VIEW = "class.view"
    CREDIT_VIEW = "credit.view"
    CREDIT_WORK = "credit.work"
    CREDIT_REVIEW = "credit.review"
    FOLLOW_VIEW = "follow.view"
    FOLLOW_WORK = "follow.work"
    FOLLOW_MANAGE = "follow.manage"
    DRIVE_WORK = "drive.work"
    PRIVACY_MANAGE = "privacy.manage"
    JOINT_VIEW = "joint.view"
    JOINT_WORK = "joint.work"
    JOINT_MANAGE = "joint.manage"
    LEGAL_VIEW = "legal.view"
    LEGAL_WORK = "legal.work"
    LEGAL_APPROVE = "legal.approve"
    EXPORT = "export"
    VERIFY = "verify.run"
    AUDIT_VIEW = "audit.view"
    ADMIN = "admin"


PERMISSION_NAMES: dict[Permission, str] = {
    Permission.ESTATE_VIEW: "查看房产与业主",
    Permission.ESTATE_EDIT: "维护房产与业主",
    Permission.PERSON_REVEAL: "查看完整个人信息",
    Permission.PROFILE_VERIFY: "核实业主资料",
    Permission.IMPORT: "导入",
    Permission.METER_READ: "抄表",
    Permission.METER_CONFIRM: "核对读数",
    Permission.TARIFF_EDIT: "维护收费标准",
    Permission.CONTRACT_EDIT: "维护合同",
    Permission.BILLING_VIEW: "查看账单",
    Permission.BILLING_DRAFT: "出账",
    Permission.BILLING_CONFIRM: "确认出账",
    Permission.BILLING_PUBLISH: "发布账单",
    Permission.ADJUST_REQUEST: "申请调整减免",
    Permission.ADJUST_APPROVE: "审批调整减免",
    Permission.CONCESSION_EDIT: "制定优惠政策",
    Permission.HARDSHIP_PROJECT: "困难评估（项目）",
    Permission.HARDSHIP_SERVICE: "困难评估（客户）",
    Permission.HARDSHIP_FINANCE: "困难评估（财务，决定）",
    Permission.CASHDESK: "收银",
    Permission.PAYMENT_VIEW: "查看收款",
    Permission.PAYMENT_BATCH: "批量入账",
    Permission.PAYMENT_VOID_REQUEST: "申请作废收款",
    Permission.PAYMENT_VOID_APPROVE: "审批作废收款",
    Permission.SLIP_MAKE: "登记缴款",
    Permission.MANDATE_SIGN: "登记代扣签约",
    Permission.DEBIT_WORK: "银行代扣报盘、回盘",
    Permission.SHIFT_APPROVE: "审批交班",
    Permission.PAY_ONLINE: "线上收款入账",
    Permission.CHANNEL_SETUP: "设置支付渠道",
    Permission.CHANNEL_WORK: "处理收款异常",
    Permission.REFUND_REQUEST: "申请退款",
    Permission.REFUND_APPROVE: "审批退款",
    Permission.RECEIPT_REPRINT: "重打收据",
    Permission.INVOICE_REQUEST: "申请数电票",
    Permission.INVOICE_ISSUE: "开具与红冲数电票",
    Permission.INVOICE_SETUP: "设置数电票服务",
    Permission.SERVICE_HANDLE: "处理工单",
    Permission.SURVEY_WORK: "回访不满意的住户",
    Permission.DISCLOSURE_EDIT: "编制收支公示",
    Permission.DISCLOSURE_APPROVE: "审批收支公示",
    Permission.LEDGER_VIEW: "查看账簿",
    Permission.BOOKS_SETUP: "设置科目对照",
    Permission.CLOSE_REQUEST: "申请结账",
    Permission.CLOSE_APPROVE: "审批结账与反结账",
    Permission.CONTROL_VIEW: "查看内控检查",
    Permission.CONTROL_WORK: "抽查、核对存根、处理异常",
    Permission.CONTROL_EDIT: "登记控制点",
    Permission.CONTROL_TEST: "测试控制点",
    Permission.RESERVE_WORK: "计提坏账准备",
    Permission.RESERVE_APPROVE: "审批坏账准备、设定比例",
    Permission.REPORT_VIEW: "查看报表",
    Permission.TARGET_EDIT: "设定目标",
    Permission.CONTACT_VIEW: "查看联系记录",
    Permission.CONTACT_RECORD: "登记联系",
    Permission.CONTACT_MANAGE: "管理联系规则与拦截记录",
    Permission.NOTICE_VIEW: "查看通知",
    Permission.NOTICE_SEND: "发送通知、编写模板",
    Permission.NOTICE_APPROVE: "审批通知模板",
    Permission.CLASS_VIEW: "查看缴费分类",
    Permission.CREDIT_VIEW: "查看信用评级",
    Permission.CREDIT_WORK: "登记信用优惠、申请对外提供",
    Permission.CREDIT_REVIEW: "复核信用异议、审批对外提供",
    Permission.FOLLOW_VIEW: "查看催缴案件",
    Permission.FOLLOW_WORK: "办理催缴",
    Permission.FOLLOW_MANAGE: "分派催缴、管理话术",
    Permission.DRIVE_WORK: "参加季末行动",
    Permission.PRIVACY_MANAGE: "管理个人信息",
    Permission.JOINT_VIEW: "查看联合调解",
    Permission.JOINT_WORK: "登记走访、会议与小改造",
    Permission.JOINT_MANAGE: "开办联合调解、提供资料",
    Permission.LEGAL_VIEW: "查看法务案件",
    Permission.LEGAL_WORK: "办理法务案件",
    Permission.LEGAL_APPROVE: "审批案件让步",
    Permission.EXPORT: "导出",
    Permission.VERIFY: "核验账目",
    Permission.AUDIT_VIEW: "查看审计",
    Permission.ADMIN: "系统管理",
}
