@echo off
rem Everything a change must pass: form, lint, types, then the tests. Arguments go to pytest.
setlocal
call "%~dp0setup.cmd" test
if errorlevel 1 exit /b 1
cd /d "%~dp0.."
set "python=.venv\Scripts\python.exe"
%python% -m ruff format --check .
if errorlevel 1 exit /b 1
%python% -m ruff check .
if errorlevel 1 exit /b 1
%python% -m mypy
if errorlevel 1 exit /b 1
%python% -m pytest -n logical --maxprocesses 8 --dist worksteal %*
