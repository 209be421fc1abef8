SELECT day FROM session_days FINAL WHERE stored
