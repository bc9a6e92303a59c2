#!/bin/bash
# The role and the database of EDRMS, made when PostgreSQL first starts. The role owns its database and
# has no other right; the superuser is for the database's own upkeep.
set -euo pipefail

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
  --set role="$APPLICATION_ROLE" --set database="$APPLICATION_DATABASE" \
  --username "$POSTGRES_USER" --dbname postgres <<SQL
\\set password \`cat "$APPLICATION_PASSWORD_FILE"\`
CREATE ROLE :"role" LOGIN PASSWORD :'password';
CREATE DATABASE :"database" OWNER :"role" TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
SQL
