# Fit made-up pupils with lme4 from bare binary columns; only lmer() is timed. Called by value_added.py.
# Rscript lme4_fit.R COLUMNS ROWS SLOPE, where SLOPE is a column or "none"; prints one line of JSON.
suppressPackageStartupMessages(library(lme4))
asked <- commandArgs(trailingOnly = TRUE)
rows <- as.integer(asked[2])
take <- function(name, what, size) {
  file <- file(file.path(asked[1], paste0(name, ".bin")), "rb")
  on.exit(close(file))
  readBin(file, what, n = rows, size = size, endian = "little")
}
intake <- c("prior", "deprivation", "disadvantaged", "eal", "sen", "girl")
pupils <- as.data.frame(lapply(setNames(nm = c(intake, "outcome")), take, what = "double", size = 8))
pupils$school <- factor(take("school", "integer", 4))
random <- if (asked[3] == "none") "(1 | school)" else sprintf("(1 + %s | school)", asked[3])
formula <- as.formula(paste("outcome ~", paste(intake, collapse = " + "), "+", random))
invisible(gc())
seconds <- system.time(fit <- lmer(formula, pupils, REML = TRUE))[["elapsed"]]
cat(sprintf(
  '{"seconds": %.3f, "loglik": %.10f, "coefficients": [%s], "variances": [%s]}\n',
  seconds, as.numeric(logLik(fit)), paste(sprintf("%.12g", fixef(fit)), collapse = ", "),
  paste(sprintf("%.12g", as.data.frame(VarCorr(fit))$vcov), collapse = ", ")
))
