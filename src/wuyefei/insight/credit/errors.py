"""What this room refuses."""

from wuyefei.foundation.kernel.errors import DomainError


class NotRated(DomainError):
    code = "credit_not_rated"
    message = "还没有评级，没有可以复核的。"


class BestAlready(DomainError):
    code = "credit_best_already"
    message = "已经是最好的一级。"


class ReviewOpen(DomainError):
    code = "credit_review_open"
    message = "上一次异议还在复核，请等答复。"


class ReviewOver(DomainError):
    code = "credit_review_over"
    message = "这次复核已经有了结果。"


class NotReviewer(DomainError):
    code = "credit_not_reviewer"
    message = "只有指定的复核人能答复；可以先改指定为自己。"


class NoFreeService(DomainError):
    code = "credit_no_free_service"
    message = "{year} 年的免费服务已经用完，或这一级没有免费服务。照常收费的服务不受影响。"


class DoorShut(DomainError):
    code = "credit_door_shut"
    message = "本小区没有开放对外提供。"


class OptedOut(DomainError):
    code = "credit_opted_out"
    message = "业主已选择不参加评级，不能对外提供。"


class NoConsent(DomainError):
    code = "credit_no_consent"
    message = "「个人信息」里没有本人对「提供给其他企业」的单独同意，不能以同意为依据。"


class ReckoningOpen(DomainError):
    code = "credit_reckoning_open"
    message = "正在重新评级，请稍候再看。"
