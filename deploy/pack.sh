#!/bin/sh
# Builds OpenPredict and packs what an installation is made of: tarballs, in the folder that is named.
#
#   deploy/pack.sh FOLDER
set -eu
folder=${1:?"usage: deploy/pack.sh FOLDER"}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
cd "$(dirname "$0")/.."
pnpm exec turbo run build --filter=@openpredict/cli
pnpm --recursive --filter-prod '@openpredict/cli...' exec pnpm pack --pack-destination "$folder"
