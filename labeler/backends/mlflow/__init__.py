"""The MLflow backend: MLflow's tracking REST API, 3.2 and later, without the mlflow package."""
