#!/bin/bash
# The roles and databases of EDRMS, made when PostgreSQL first starts. The rows belong to a role that only
# `setup` uses; the role of web, worker and sealer may connect, and `edrms init` gives it the rest. The key
# store has a role that owns it. The superuser is for the server's own upkeep.
# Safe to repeat: it makes what is missing, and gives the owner what the application's role still owns.
set -euo pipefail

# database, then statements on standard input
sql() {
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$@"
}

# role, file with the password
make_role() {
  PASSWORD_FILE="$2" sql postgres --set role="$1" <<'SQL'
\set password `cat "$PASSWORD_FILE"`
SELECT format('CREATE ROLE %I', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
SQL
}

# database, role that owns it
make_database() {
  sql postgres --set database="$1" --set owner="$2" <<'SQL'
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8''', :'database', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
SQL
}

# database, its owner, the role that may no longer own anything in it
part() {
  sql "$1" --set database="$1" --set owner="$2" --set application="$3" <<'SQL'
BEGIN;
ALTER DATABASE :"database" OWNER TO :"owner";
REASSIGN OWNED BY :"application" TO :"owner";
GRANT CONNECT ON DATABASE :"database" TO :"application";
COMMIT;
SQL
}

make_role "$OWNER_ROLE" "$OWNER_PASSWORD_FILE"
make_role "$APPLICATION_ROLE" "$APPLICATION_PASSWORD_FILE"
make_database "$APPLICATION_DATABASE" "$OWNER_ROLE"
part "$APPLICATION_DATABASE" "$OWNER_ROLE" "$APPLICATION_ROLE"
make_role "$KEYS_ROLE" "$KEYS_PASSWORD_FILE"
make_database "$KEYS_DATABASE" "$KEYS_ROLE"
