TEMPLATES.own_event=({name:t,...n},r)=>r.own(t,n.parameters||{});
