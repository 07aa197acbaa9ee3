@echo off
rem Everything a change must pass: form, lint, types, then the tests. Arguments go to pytest.
setlocal
call "%~dp0setup.cmd" test || exit /b 1
cd /d "%~dp0.."
set "python=.venv\Scripts\python.exe"
%python% -m ruff format --check . || exit /b 1
%python% -m ruff check . || exit /b 1
%python% -m mypy || exit /b 1
%python% -m pytest -n logical --maxprocesses 8 --dist worksteal %*
