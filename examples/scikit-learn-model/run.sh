#!/bin/sh
# Makes a small demo retailer in a folder of its own (or $1) and runs the model on it. PYTHON names the Python to use.
set -eu
cd "$(dirname "$0")/../.."
folder=${1:-$(mktemp -d)}
export ASSAY_WORKSPACE="$folder/workspace"
assay() { npm run --silent assay -- "$@"; }

assay demo "$folder/exports" --customers 500 --quiet
assay workspace create "$ASSAY_WORKSPACE"
assay brand create shop --currency GBP --time-zone Europe/London
assay source add demo "$folder/exports" --quiet
assay ingest --quiet
assay models define examples/scikit-learn-model/definition.json
assay models allow forest_purchase --program "${PYTHON:-$(command -v python3)}"
assay run --quiet
assay models evaluate --models forest_purchase --quiet
assay sql "SELECT count(chance) AS scored, min(chance) AS least, max(chance) AS most FROM scores_forest_purchase"
