#!/bin/bash
# The roles and databases of EDRMS, made when PostgreSQL first starts: one for the rows, one for the key
# store. Each role owns its database and has no other right; the superuser is for the server's own upkeep.
set -euo pipefail

# role, database, file with the password
make_role() {
  PASSWORD_FILE="$3" psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set role="$1" --set database="$2" \
    --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\set password `cat "$PASSWORD_FILE"`
CREATE ROLE :"role" LOGIN PASSWORD :'password';
CREATE DATABASE :"database" OWNER :"role" TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
SQL
}

make_role "$APPLICATION_ROLE" "$APPLICATION_DATABASE" "$APPLICATION_PASSWORD_FILE"
make_role "$KEYS_ROLE" "$KEYS_DATABASE" "$KEYS_PASSWORD_FILE"
