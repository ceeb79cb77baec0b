"""What people, shops, companies and cars of the demo are called. Drawn from lists; nobody is meant."""

from __future__ import annotations

import random


def _words(text: str) -> list[str]:
    return text.split()


SURNAMES = (
    "王" * 8 + "李" * 8 + "张" * 7 + "刘" * 6 + "陈" * 6 + "杨" * 4 + "黄" * 3 + "赵" * 3 + "吴" * 3 + "周" * 3 + "徐" * 2 + "孙" * 2
    + "马" * 2 + "朱" * 2 + "胡" * 2 + "郭" * 2 + "何" * 2 + "林" * 2 + "罗" * 2 + "高" * 2
    + "郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
)
COMPOUND = ("欧阳", "上官", "司徒", "诸葛", "慕容")
OLD = _words(
    "建国 建华 建军 国强 国庆 志强 志明 志刚 永强 永红 德胜 卫东 卫国 爱国 爱民 跃进 长江 大伟 秀英 秀兰 秀珍 桂英 桂兰 玉兰 玉梅 "
    "玉珍 凤英 凤霞 素珍 淑芬 淑珍 淑华 美兰 春梅 冬梅 雪梅 红梅 丽华 丽萍 建平 小平 小红 金凤 银花 月娥 海燕 保国 福生 根生 水根 阿兴 文斌 文华 立新 立军"
)
MIDDLE = _words(
    "伟 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 超 霞 平 刚 辉 鹏 斌 波 玲 芳 燕 莉 红 丹 萍 飞 峰 健 俊 婷 慧 琳 晶 倩 雷 凯 亮 "
    "晓东 晓明 晓燕 海涛 海波 志勇 志伟 立群 少华 佳佳 丽娜 丽君 雪峰 文静 文涛 永康 庆华 新宇 振华 振宇 小军 小燕 世杰 春燕 秋菊"
)
YOUNG = _words(
    "子涵 子轩 浩然 浩宇 宇航 宇轩 雨桐 雨萱 欣怡 欣妍 梓涵 思远 思琪 思雨 佳怡 佳琪 嘉豪 嘉欣 俊杰 俊熙 泽宇 泽洋 晨曦 晨阳 诗涵 诗雨 "
    "梦瑶 梦洁 雅婷 雅琪 一鸣 一诺 天宇 天佑 博文 博涛 文博 文轩 明轩 明哲 若曦 可欣 心怡 依诺 书豪 逸飞 昊天 铭泽 睿 悦 萌 璇 昕 阳 宁 洁"
)
AGES = {"old": (OLD, MIDDLE, YOUNG, (55, 35, 10)), "new": (OLD, MIDDLE, YOUNG, (15, 50, 35))}

SHOP_STEMS = _words("晨禾 老巷 锦里 小满 阿婆 橘子 青柠 百味 溪口 云岭 福满 好邻 康源 雅居 美华 天天 四季 山里 海蓝 大树 初见 拾光 向阳 麦香 鲜达 乐活")
SHOP_TRADES = _words(
    "便利店 面馆 水果店 药房 理发店 干洗店 早餐店 火锅店 茶铺 烘焙坊 五金店 文具店 宠物店 眼镜店 花店 母婴店 房产中介 美容院 奶茶店 快餐店 "
    "牙科诊所 健身房 儿童乐园 托管班 琴行 棋牌室 烟酒店 蔬菜店 卤味店 小吃店"
)
FIRM_STEMS = _words("启澜 远帆 博衡 汇川源 恒拓 瑞禾 中岭 锐思 天澄 云栈 联科 众诚 德信源 弘毅达 嘉鼎 佳楠 盛洋 卓凡 宏图 信达源 迅达 立方 凌志 华曜 明德 同心 金桥 蓝海 方圆 东麓")
FIRM_TRADES = _words(
    "信息技术 网络科技 文化传媒 建筑设计 企业管理咨询 财务咨询 商贸 电子科技 贸易 装饰工程 教育科技 健康管理 人力资源 广告 供应链管理 软件 "
    "生物科技 环保科技 工程咨询 知识产权代理 物流 智能科技 进出口 投资咨询"
)
CITY = "临江市"
PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
CARS = ("大众朗逸", "丰田卡罗拉", "比亚迪秦", "别克英朗", "日产轩逸", "本田思域", "吉利星越", "长安逸动", "奥迪A4L", "宝马3系", "特斯拉Model 3", "理想L7")
COLOURS = ("白", "黑", "灰", "银", "蓝", "红")


def person(dice: random.Random, age: str = "new") -> str:
    """A name that fits the age of a place: an old estate has other first names than a new one."""
    surname = dice.choice(COMPOUND) if dice.random() < 0.004 else dice.choice(SURNAMES)
    old, middle, young, shares = AGES[age]
    return surname + dice.choice(dice.choices((old, middle, young), shares)[0])


def shop(dice: random.Random) -> str:
    return dice.choice(SHOP_STEMS) + dice.choice(SHOP_TRADES)


def company(dice: random.Random) -> str:
    kind = "有限公司" if dice.random() < 0.9 else "合伙企业（有限合伙）"
    return CITY + dice.choice(FIRM_STEMS) + dice.choice(FIRM_TRADES) + kind


def plate(dice: random.Random) -> str:
    """A plate of the letters Z and Y, which are not given to private cars there; one in three of new energy."""
    region = "浙" + dice.choice("YZ")
    if dice.random() < 0.33:
        return region + dice.choice("DF") + "".join(dice.choice("0123456789") for _ in range(5))
    return region + "".join(dice.choice("0123456789") for _ in range(3)) + dice.choice(PLATE_LETTERS) + dice.choice("0123456789")


def mobile(number: int) -> str:
    """A number of a range that reads as invented: 199 0000 followed by a counter."""
    return f"1990000{number % 10_000:04d}"
