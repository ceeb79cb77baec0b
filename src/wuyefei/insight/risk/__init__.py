"""Payment classes 缴费分类: how a payer has behaved, in a letter with its reasons (product row F1).

Four things have four names and are never mixed: *class* 类 (A–D, behaviour, here), *grade* 级 (S/A/B/C, the debt), *credit*
信用 (benefits) and *risk* 风险 (a forecast).

Nouns: conduct 缴费表现 (what the last two years show of a payer), class A–D (or none while too little has fallen due),
track 对象 (households 住户, businesses 企业商铺: the usual mix is one of households), server 服务岗位 (who deals with the
class), standing 当前分类, change 分类变动.
Invariants: a class follows from the conduct by one pure rule and from nothing else; debts in dispute count for nothing;
a standing is of today's rule or older, never typed in; every change of class stands in the history with the conduct it
followed from, and the history is append-only; a class takes no service and no right away.
"""
