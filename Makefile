# make demo       make the demo company if there is none, and serve it on http://127.0.0.1:$(PORT)
# make test       all tests at reduced counts        make test-long   fault rounds and simulated years at full counts
# make test-wide  the other walks in a browser, every role at every address, every page on a phone and in the dark, work broken off, serving and backups, every measurement small
# make lint       ruff, mypy, import contracts       make lock        write the lock files anew (needs uv)
# make clean      remove the environment and caches; the data folder .wuyefei/ is never touched
#
# Needs only make and Python 3.11 or newer. PYTHON=/path/to/python3 chooses one.

PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11 python3.14,\
	$(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))) python3)
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes
WUYEFEI := $(BIN)/wuyefei
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --junitxml=test-results/junit.xml

export PORT
# Bytecode is kept whatever the shell says: the tests start the command some hundred times.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-wide test-long bench lint lock clean
.DEFAULT_GOAL := demo

demo: $(VENV)/.run
	@$(WUYEFEI) demo

test: $(VENV)/.dev
	@mkdir -p test-results
	@$(PYTEST) -m "not long and not wide" $(TESTS)

test-wide: $(VENV)/.dev
	@mkdir -p test-results
	@$(PYTEST) -m "wide and not long" --junitxml=test-results/wide.xml $(TESTS)

test-long: $(VENV)/.dev
	@mkdir -p test-results
	@WUYEFEI_TEST_LONG=1 $(PYTEST) --timeout=7200 $(TESTS)

bench: $(VENV)/.run
	@$(WUYEFEI) bench all

lint: $(VENV)/.dev
	@$(BIN)/ruff check
	@PYTHONPATH=src $(BIN)/mypy
	@PYTHONPATH=src $(BIN)/lint-imports

$(VENV)/.run: requirements.txt | $(VENV)/.made
	@echo "正在安装运行所需的程序包…"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "正在安装测试所需的程序包…"
	@$(PIP) -r requirements-dev.txt
	@touch $@

# The project itself is put on the path by a .pth file: nothing is built, so nothing beyond the locked files is needed.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新版本：make PYTHON=/路径/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); echo "无法建立 $(VENV)。Debian 与 Ubuntu 上请先安装 python3-venv。" >&2; exit 1; }
	@$(BIN)/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "wuyefei.pth").write_text(str(pathlib.Path("src").resolve()) + "\n", "utf-8")'
	@printf '#!/bin/sh\nexec "$$(dirname "$$0")/python" -m wuyefei.edges.cli.main "$$@"\n' > $(WUYEFEI)
	@chmod 755 $(WUYEFEI)
	@touch $@

lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --no-header --generate-hashes --no-emit-index-url --no-emit-find-links -o requirements.txt
	uv pip compile pyproject.toml --extra dev -c requirements.txt --universal --python-version 3.11 --no-header --generate-hashes --no-emit-index-url --no-emit-find-links -o requirements-dev.txt

clean:
	rm -rf $(VENV) test-results build dist src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
