@echo off
rem Runs netform with these arguments; sets up .venv on first use and after an update.
call "%~dp0setup.cmd" run
if errorlevel 1 exit /b 1
"%~dp0..\.venv\Scripts\python.exe" -m netform %*
