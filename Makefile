.PHONY: lint format types test train figures

lint:
	ruff check . && ruff format --check .

format:
	ruff check --fix . && ruff format .

types:
	mypy

test:
	pytest

train:
	python -m training configs/student.yaml --out scorer/models/default

figures:
	python -m training.figures
