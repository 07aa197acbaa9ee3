@echo off
rem Makes .venv ready: scripts\setup [test]. Finds a Python for make_ready.py, which does the work.
setlocal
set "purpose=%~1"
if "%purpose%"=="" set "purpose=run"
if defined PYTHON (
    "%PYTHON%" "%~dp0make_ready.py" %purpose%
    exit /b
)
where py >nul 2>nul && (
    py -3 "%~dp0make_ready.py" %purpose%
    exit /b
)
python "%~dp0make_ready.py" %purpose%
