import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.script.ScriptEngine;
import javax.script.ScriptEngineManager;
import org.apache.hadoop.conf.Configured;
import org.apache.hadoop.hbase.NamespaceDescriptor;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Admin;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.ConnectionFactory;
import org.apache.hadoop.hbase.quotas.QuotaFilter;
import org.apache.hadoop.hbase.quotas.QuotaSettings;
import org.apache.hadoop.hbase.security.access.AccessControlClient;
import org.apache.hadoop.hbase.security.access.Permission;
import org.apache.hadoop.hbase.security.access.TablePermission;
import org.apache.hadoop.hbase.security.access.UserPermission;
import org.apache.hadoop.hbase.util.Bytes;
import org.apache.hadoop.util.Tool;

/**
 * Runs a script of the HBase shell in JRuby, twice, and writes what the cluster has then. The shell's own commands are
 * those of commands.rb, over the same Admin API: hbase-shell is not on Maven Central.
 * Arguments: the commands, the script, a table to describe, the file for the answer.
 */
public final class ShellScript extends Configured implements Tool {
  @Override
  public int run(String[] args) throws Exception {
    try (Connection connection = ConnectionFactory.createConnection(getConf()); Admin admin = connection.getAdmin()) {
      for (String table : new String[] { "hbase:acl", "hbase:quota" }) {
        while (!admin.isTableAvailable(TableName.valueOf(table))) {
          Thread.sleep(100);
        }
      }
      ScriptEngine ruby = new ScriptEngineManager().getEngineByName("jruby");
      ruby.put("$connection", connection);
      ruby.put("$admin", admin);
      ruby.eval(Files.readString(Path.of(args[0])));
      String script = Files.readString(Path.of(args[1]));
      ruby.eval(script);
      ruby.eval(script);
      Files.write(Path.of(args[3]), seen(connection, admin, TableName.valueOf(args[2])));
      return 0;
    } catch (Exception e) {
      throw e;
    } catch (Throwable e) {
      throw new Exception(e);
    }
  }

  private static List<String> seen(Connection connection, Admin admin, TableName table) throws Throwable {
    List<String> lines = new ArrayList<>();
    for (NamespaceDescriptor namespace : admin.listNamespaceDescriptors()) {
      lines.add("namespace " + namespace.getName() + " " + new java.util.TreeMap<>(namespace.getConfiguration()));
    }
    lines.add("table " + table + " " + admin.tableExists(table));
    for (UserPermission one : AccessControlClient.getUserPermissions(connection, table.getNameAsString())) {
      TablePermission on = (TablePermission) one.getPermission();
      StringBuilder actions = new StringBuilder();
      for (Permission.Action action : on.getActions()) {
        actions.append((char) action.code());
      }
      lines.add("grant " + one.getUser() + " " + actions + " " + on.getTableName() + " " + text(on.getFamily()) + " " + text(on.getQualifier()));
    }
    for (QuotaSettings quota : admin.getQuota(new QuotaFilter())) {
      lines.add("quota " + quota.getUserName() + " " + quota.getTableName() + " " + quota);
    }
    Collections.sort(lines);
    return lines;
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "-" : Bytes.toStringBinary(bytes);
  }
}
