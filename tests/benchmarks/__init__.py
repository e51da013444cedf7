"""What the matching reaches, beside what solvers and textbooks reach: python -m tests.benchmarks."""
