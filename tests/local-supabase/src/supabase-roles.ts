/** The roles of a Supabase project, for the whole server. `postgres` is no superuser there either. */
export function rolesSql(password: string): string {
  return `
    create role anon nologin noinherit;
    create role authenticated nologin noinherit;
    create role service_role nologin noinherit bypassrls;
    create role authenticator login noinherit password '${password}';
    create role postgres login createdb createrole bypassrls replication password '${password}';
    grant anon, authenticated, service_role to authenticator;
    grant anon, authenticated, service_role to postgres;
    grant pg_signal_backend, pg_monitor to postgres;
  `
}

/** What every new database starts with: Supabase's own (generous) default grants, and its publication for Realtime. */
export const TEMPLATE_SQL: string = `
  grant usage on schema public to anon, authenticated, service_role;
  alter default privileges for role postgres in schema public
    grant all on tables to postgres, anon, authenticated, service_role;
  alter default privileges for role postgres in schema public
    grant all on functions to postgres, anon, authenticated, service_role;
  alter default privileges for role postgres in schema public
    grant all on sequences to postgres, anon, authenticated, service_role;
  create publication supabase_realtime;
  alter publication supabase_realtime owner to postgres;
`

/** The one role of a server that is not Supabase's: who owns the databases, and is no superuser either. */
export function plainRolesSql(password: string): string {
  return `create role postgres login createdb createrole password '${password}';`
}
