"""Reads pytest's reports: nothing may have been skipped, and browser and database tests must have run."""

import sys
import xml.etree.ElementTree as ET

NEEDED = {"浏览器": "tests.browser", "数据库": "tests.scenarios"}


def main(paths: list[str]) -> int:
    cases = [case for path in paths for case in ET.parse(path).iter("testcase")]
    skipped = [case for case in cases if case.find("skipped") is not None]
    bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    ran = {name: sum(case.get("classname", "").startswith(start) for case in cases) for name, start in NEEDED.items()}
    words = f"{len(cases)} 项测试，其中" + "、".join(f"{name} {count} 项" for name, count in ran.items())
    if bad:
        print(f"{words}；{len(bad)} 项没有通过")
        return 1
    if skipped:
        names = "、".join(f"{case.get('classname')}.{case.get('name')}" for case in skipped[:10])
        print(f"{words}；跳过了 {len(skipped)} 项：{names}")
        return 1
    missing = [name for name, count in ran.items() if not count]
    if missing:
        print(f"{words}；没有运行 {'、'.join(missing)} 测试")
        return 1
    print(words)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
