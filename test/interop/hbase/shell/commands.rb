# The commands of the HBase shell that a restore's script uses, with the arguments and the errors of
# hbase-shell/src/main/ruby of HBase 2.6. A constant of the shell is its own name.
java_import java.util.concurrent.TimeUnit
java_import org.apache.hadoop.hbase.NamespaceDescriptor
java_import org.apache.hadoop.hbase.TableExistsException
java_import org.apache.hadoop.hbase.TableName
java_import org.apache.hadoop.hbase.quotas.QuotaScope
java_import org.apache.hadoop.hbase.quotas.QuotaSettingsFactory
java_import org.apache.hadoop.hbase.quotas.SpaceViolationPolicy
java_import org.apache.hadoop.hbase.quotas.ThrottleType
java_import org.apache.hadoop.hbase.security.access.AccessControlClient
java_import org.apache.hadoop.hbase.security.access.Permission

%w[TYPE THROTTLE THROTTLE_TYPE SPACE USER TABLE NAMESPACE REGIONSERVER LIMIT POLICY SCOPE GLOBAL_BYPASS].each do |name|
  Object.const_set(name, name)
end

def create_namespace(name, *args)
  descriptor = NamespaceDescriptor.create(name)
  args.each { |hash| hash.each { |key, value| descriptor.addConfiguration(key.to_s, value.to_s) } }
  $admin.createNamespace(descriptor.build)
end

def clone_snapshot(snapshot, table)
  $admin.cloneSnapshot(snapshot, TableName.valueOf(table))
rescue TableExistsException
  raise "Table already exists: #{table}!"
end

def grant(user, permissions, table, family = nil, qualifier = nil)
  raise ArgumentError, "Can't find a table: #{table}" unless $admin.tableExists(TableName.valueOf(table))

  actions = Permission.new(permissions.to_java_bytes).getActions
  AccessControlClient.grant($connection, TableName.valueOf(table), user, family&.to_java_bytes, qualifier&.to_java_bytes, actions)
end

def set_quota(args)
  return $admin.setQuota(QuotaSettingsFactory.bypassGlobals(args[USER], args[GLOBAL_BYPASS])) if args.key?(GLOBAL_BYPASS)

  $admin.setQuota(args[TYPE] == SPACE ? space(args) : throttle(args))
end

def space(args)
  policy = SpaceViolationPolicy.valueOf(args[POLICY])
  limit = size(args[LIMIT].downcase.match(/(\d+)([bkmgtp%]*)/))
  QuotaSettingsFactory.limitTableSpace(TableName.valueOf(args[TABLE]), limit, policy)
end

def throttle(args)
  match = args[LIMIT].downcase.match(/(\d+)(req|cu|[bkmgtp])\/(sec|min|hour|day)/)
  raise 'Invalid throttle limit syntax' unless match

  kind = { 'req' => 'NUMBER', 'cu' => 'CAPACITY_UNIT' }.fetch(match[2], 'SIZE')
  type = ThrottleType.valueOf("#{args.fetch(THROTTLE_TYPE, 'REQUEST')}_#{kind}")
  limit = kind == 'SIZE' ? size(match) : match[1].to_i
  unit = TimeUnit.valueOf({ 'sec' => 'SECONDS', 'min' => 'MINUTES', 'hour' => 'HOURS', 'day' => 'DAYS' }[match[3]])
  scope = QuotaScope.valueOf(args.fetch(SCOPE, 'MACHINE'))
  table = TableName.valueOf(args[TABLE])
  return QuotaSettingsFactory.throttleUser(args[USER], table, type, limit, unit, scope) if args.key?(USER)

  QuotaSettingsFactory.throttleTable(table, type, limit, unit, scope)
end

def size(match)
  match[1].to_i << { 'k' => 10, 'm' => 20, 'g' => 30, 't' => 40, 'p' => 50 }.fetch(match[2], 0)
end
