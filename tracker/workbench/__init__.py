"""The workbench on one machine: broker, producer, live server and JupyterLab together."""
