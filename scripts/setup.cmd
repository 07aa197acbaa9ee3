@echo off
rem Makes .venv ready: scripts\setup [test]. Finds a Python for make_ready.py, which does the work.
setlocal
set "purpose=%~1"
if "%purpose%"=="" set "purpose=run"
if not defined PYTHON goto search
"%PYTHON%" "%~dp0make_ready.py" %purpose%
exit /b %errorlevel%
:search
where py >nul 2>nul
if errorlevel 1 goto path
py -3 "%~dp0make_ready.py" %purpose%
exit /b %errorlevel%
:path
python "%~dp0make_ready.py" %purpose%
exit /b %errorlevel%
