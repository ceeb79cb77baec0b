"""Funds 关爱基金与补贴: money given for those who cannot pay, and subsidies passed through to bills (product rows C5, C6).

Nouns: fund 基金 (of one community: a care fund 关爱基金, or a subsidy 补贴 paid for an emergency policy), money 入账 (by bank, in cash
into the fund's own box 基金箱, or contributed by the firm 公司出资; and cash of the box put into the bank), aid 资助 (out of a
fund to the bills of one household, or of all whom the policy concerns), seat 席位 and opinion 意见 (of those who assess).
States of money: asked → done | refused; done → undone. A bank line is done at once, for a person has claimed it. Of an aid:
asked → done | refused; done → undone.
Invariants: a fund is the firm's debt (2241.5, 2241.4), never its income, and what it holds is what came in less what went out;
nothing leaves that is not there, whoever decides at the same moment; it pays principal only, never a late fee; whoever asks does
not decide; on a household three people of three seats agree who did not ask; the statement for the notice board holds sums only.
"""
