package holdfast.hbase;

import org.apache.hadoop.hbase.NamespaceDescriptor;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Put;
import org.apache.hadoop.hbase.quotas.QuotaSettingsFactory;
import org.apache.hadoop.hbase.quotas.QuotaScope;
import org.apache.hadoop.hbase.quotas.SpaceViolationPolicy;
import org.apache.hadoop.hbase.quotas.ThrottleType;
import org.apache.hadoop.hbase.security.access.AccessControlClient;
import org.apache.hadoop.hbase.security.access.Permission.Action;
import org.apache.hadoop.hbase.security.visibility.CellVisibility;
import org.apache.hadoop.hbase.security.visibility.VisibilityClient;
import org.apache.hadoop.hbase.util.Bytes;

import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A cluster that has everything which is no table's data: namespaces with properties, grants, labels, quotas. */
public final class DescribedCluster implements Scenario {
  @Override
  public void configure(Map<String, String> conf) {
    String access = "org.apache.hadoop.hbase.security.access.AccessController";
    String both = access + ",org.apache.hadoop.hbase.security.visibility.VisibilityController";
    conf.put("hbase.security.authorization", "true");
    conf.put("hbase.coprocessor.master.classes", both);
    conf.put("hbase.coprocessor.region.classes", both);
    conf.put("hbase.coprocessor.regionserver.classes", access);
    conf.put("hbase.superuser", System.getProperty("user.name"));
    conf.put("hbase.quota.enabled", "true");
  }

  @Override
  public boolean crashes() {
    return false;
  }

  @Override
  public void generate(Run run) throws Exception {
    try {
      describe(run);
    } catch (Exception e) {
      throw e;
    } catch (Throwable e) {
      throw new Exception(e);
    }
  }

  private static void describe(Run run) throws Throwable {
    var connection = run.cluster.connection;
    var admin = run.admin;
    for (String table : new String[] { "hbase:acl", "hbase:labels", "hbase:quota" }) {
      Run.await(() -> admin.isTableAvailable(TableName.valueOf(table)));
    }
    admin.createNamespace(NamespaceDescriptor.create("shop").addConfiguration("owner", "o'brien #{team}").build());
    admin.createNamespace(NamespaceDescriptor.create("lab").addConfiguration("hbase.namespace.quota.maxtables", "7").build());
    admin.createNamespace(NamespaceDescriptor.create("gone").build());
    run.create("shop:orders", new String[] {}, Run.family("d").setMaxVersions(3), Run.family("e"));
    run.create("plain", new String[] {}, Run.family("d"));
    TableName orders = TableName.valueOf("shop:orders");

    VisibilityClient.addLabels(connection, new String[] { "public", "secret", "it's \"odd\"" });
    VisibilityClient.setAuths(connection, new String[] { "public", "secret" }, System.getProperty("user.name"));
    VisibilityClient.setAuths(connection, new String[] { "public" }, "alice");
    VisibilityClient.setAuths(connection, new String[] { "secret" }, "@analysts");
    AccessControlClient.grant(connection, orders, "alice", null, null, Action.READ, Action.WRITE);
    AccessControlClient.grant(connection, orders, "o'brien", Bytes.toBytes("d"), null, Action.READ);
    AccessControlClient.grant(connection, orders, "carol", Bytes.toBytes("d"), Bytes.toBytes("price"), Action.READ, Action.WRITE);
    AccessControlClient.grant(connection, orders, "@analysts", null, null, Action.READ, Action.EXEC);
    AccessControlClient.grant(connection, orders, "mallory", null, null, Action.READ, Action.ADMIN);
    AccessControlClient.grant(connection, "shop", "bob", Action.CREATE, Action.ADMIN);
    AccessControlClient.grant(connection, "root2", Action.READ, Action.WRITE, Action.EXEC, Action.CREATE, Action.ADMIN);
    admin.setQuota(QuotaSettingsFactory.throttleTable(orders, ThrottleType.REQUEST_NUMBER, 500, TimeUnit.SECONDS));
    admin.setQuota(QuotaSettingsFactory.throttleUser("alice", ThrottleType.WRITE_SIZE, 10L << 20, TimeUnit.MINUTES));
    admin.setQuota(QuotaSettingsFactory.throttleUser("alice", orders, ThrottleType.READ_NUMBER, 20, TimeUnit.SECONDS));
    admin.setQuota(QuotaSettingsFactory.throttleUser("alice", "shop", ThrottleType.REQUEST_SIZE, 3L << 10, TimeUnit.HOURS));
    admin.setQuota(QuotaSettingsFactory.throttleNamespace("shop", ThrottleType.REQUEST_CAPACITY_UNIT, 9, TimeUnit.DAYS, QuotaScope.CLUSTER));
    admin.setQuota(QuotaSettingsFactory.limitTableSpace(orders, 2L << 30, SpaceViolationPolicy.NO_INSERTS));
    admin.setQuota(QuotaSettingsFactory.limitNamespaceSpace("shop", 5L << 40, SpaceViolationPolicy.NO_WRITES_COMPACTIONS));
    admin.setQuota(QuotaSettingsFactory.bypassGlobals("batch", true));
    run.write("shop:orders", run.put("1", "d", "price", "10"), run.put("2", "d", "price", "20"));
    run.write("shop:orders", run.put("3", "e", "note", "seen").setCellVisibility(new CellVisibility("secret|public")));
    run.write("plain", run.put("1", "d", "q", "1"));
    flushSystem(run);

    // Behind the first flush: a second file that hides, and changes, what the first one has.
    AccessControlClient.revoke(connection, orders, "mallory", null, null);
    AccessControlClient.grant(connection, orders, "alice", null, null, Action.READ);
    admin.deleteNamespace("gone");
    VisibilityClient.clearAuths(connection, new String[] { "secret" }, "@analysts");
    admin.setQuota(QuotaSettingsFactory.unthrottleUser("alice", "shop"));
    flushSystem(run);
    run.flush("shop:orders", "plain");
    run.snapshot("orders-T0", "shop:orders");
    run.snapshot("plain-T0", "plain");
  }

  private static void flushSystem(Run run) throws Exception {
    run.flush("hbase:namespace", "hbase:acl", "hbase:labels", "hbase:quota");
  }
}
